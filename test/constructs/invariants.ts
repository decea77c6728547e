/**
 * What must hold of every stack that is synthesized, read from its JSON alone: a second opinion beside the rules, which
 * know constructs and no Terraform.
 */
import type { Template } from "../../constructs/testing/template";
import { apiOf } from "../../constructs/core/apis";
import { circleIn, dependenciesOf } from "./dependencies";

type Json = { readonly [name: string]: unknown };
interface Resource {
  readonly address: string;
  readonly type: string;
  readonly config: Json;
}

/** Sentences; none where all is well. */
export function brokenInvariants(template: Template): readonly string[] {
  const resources = template.addresses.map((address) => ({
    address,
    type: address.slice(0, address.lastIndexOf(".")),
    config: template.resource(address),
  }));
  const stack = new Stack(resources, template);
  return [
    ...stack.circles(),
    ...stack.additive(),
    ...stack.publicAccess(),
    ...stack.projectRoles(),
    ...stack.namedButNotAllowed(),
    ...stack.allowedButNotNamed(),
    ...stack.deadLetters(),
    ...stack.subscriptions(),
    ...stack.pushes(),
    ...stack.settledDeliveries(),
    ...stack.enabledApis(),
  ];
}

/** Roles that Google gives on nothing finer than a project. */
const projectRoles = new Set([
  "roles/bigquery.jobUser",
  "roles/cloudtrace.agent",
  "roles/dataflow.developer",
  "roles/dataflow.viewer",
  "roles/dataflow.worker",
  "roles/eventarc.eventReceiver",
  "roles/eventarc.serviceAgent",
  "roles/logging.logWriter",
  "roles/monitoring.metricWriter",
  "roles/pubsub.publisher",
  "roles/workflows.invoker",
]);

const ofData = /^(bigquery|bigtable|datastore|pubsub|secretmanager|storage)\./;

/** What a workload that names a resource of the type has to be let do. */
const used = [
  "google_pubsub_topic",
  "google_pubsub_subscription",
  "google_bigquery_table",
  "google_bigquery_dataset",
  "google_storage_bucket",
];

/** Its service agent, by reference or, where the project's number is known, by its address. */
const isPubSub = (member: string): boolean =>
  member === "${google_project_service_identity.pubsub.member}" || member.includes("@gcp-sa-pubsub.");

class Stack {
  private readonly members: readonly Resource[];

  constructor(
    private readonly all: readonly Resource[],
    private readonly template: Template,
  ) {
    this.members = all.filter(({ type }) => type.endsWith("_iam_member"));
  }

  circles(): string[] {
    const circle = circleIn(dependenciesOf(this.template));
    return circle === undefined ? [] : [`a circle: ${circle.join(" -> ")}`];
  }

  additive(): string[] {
    return this.all
      .filter(({ type }) => /_iam_(binding|policy)$/.test(type))
      .map(({ address }) => `${address} takes away what others granted`);
  }

  publicAccess(): string[] {
    return this.members
      .filter(({ config }) => String(config["member"]).startsWith("all"))
      .map(({ address }) => `${address} lets everybody in`);
  }

  projectRoles(): string[] {
    return this.members
      .filter(({ type, config }) => type === "google_project_iam_member" && !projectRoles.has(String(config["role"])))
      .filter(({ config }) => config["condition"] === undefined && !this.isHarmless(config["role"]))
      .map(({ address, config }) => `${address} gives ${String(config["role"])} on the whole project`);
  }

  /** A role of one's own that lets nobody at data. */
  private isHarmless(role: unknown): boolean {
    const [own] = this.referred(String(role));
    const permissions = own?.config["permissions"] as readonly string[] | undefined;
    return permissions?.every((permission) => !ofData.test(permission)) ?? false;
  }

  /** Every hop has its grant. */
  namedButNotAllowed(): string[] {
    return this.workloads().flatMap(({ address, account, text }) =>
      this.referred(text)
        .filter(({ type }) => used.includes(type))
        .filter((resource) => !this.isPushed(resource))
        .filter(
          (resource) =>
            !this.allowed(account).some((named) => named === resource.address || this.holds(named, resource)),
        )
        .map((resource) => `${address} names ${resource.address}, and its account has no right on it`),
    );
  }

  /** No grant that no hop uses: of workloads' accounts, what their workloads are told of or what calls as them. */
  allowedButNotNamed(): string[] {
    const texts = new Map<string, string>();
    for (const { account, text } of this.workloads()) texts.set(account, `${texts.get(account) ?? ""} ${text}`);
    return [...texts].flatMap(([account, text]) => {
      const named = this.referred(text);
      return this.members
        .filter(({ type }) => used.some((one) => type === `${one}_iam_member`))
        .filter(({ config }) => this.accountOf(config["member"]) === account)
        .flatMap((member) => {
          const [on] = this.on(member);
          const fits = named.some(
            ({ address }) => address === on?.address || (on !== undefined && this.holds(on.address, this.at(address))),
          );
          return on === undefined || fits ? [] : [`${member.address}: nothing that runs as it names ${on.address}`];
        });
    });
  }

  deadLetters(): string[] {
    return this.ofType("google_pubsub_subscription").flatMap(({ address, config }) => {
      const policy = config["dead_letter_policy"] as Json | undefined;
      if (policy === undefined) return [];
      const [topic] = this.referred(JSON.stringify(policy));
      if (topic === undefined) return [];
      const may = (type: string, role: string, on: string): boolean =>
        this.members.some(
          (member) =>
            member.type === type &&
            member.config["role"] === role &&
            isPubSub(String(member.config["member"])) &&
            this.on(member).some((one) => one.address === on),
        );
      return [
        ...(may("google_pubsub_topic_iam_member", "roles/pubsub.publisher", topic.address)
          ? []
          : [`${address}: Pub/Sub may not publish to ${topic.address}`]),
        ...(may("google_pubsub_subscription_iam_member", "roles/pubsub.subscriber", address)
          ? []
          : [`${address}: Pub/Sub may not take what it sets aside`]),
        ...(this.subscribersOf(topic.address).length > 0 ? [] : [`${topic.address} keeps nothing: nobody reads it`]),
      ];
    });
  }

  subscriptions(): string[] {
    const readers = new Map<string, string[]>();
    const pipelines = new Set<string>();
    for (const { address, text } of this.workloads()) {
      for (const { type, address: named } of this.referred(text)) {
        if (type !== "google_pubsub_subscription") continue;
        readers.set(named, [...(readers.get(named) ?? []), address]);
        if (text.includes('"name":"PIPELINE"')) pipelines.add(named);
      }
    }
    return this.ofType("google_pubsub_subscription").flatMap(({ address, config }) => [
      ...((config["expiration_policy"] as Json | undefined)?.["ttl"] === "" ? [] : [`${address} expires`]),
      ...((readers.get(address)?.length ?? 0) > 1
        ? [`${address} is read by ${readers.get(address)?.join(" and ")}`]
        : []),
      ...(pipelines.has(address) && config["dead_letter_policy"] !== undefined
        ? [`${address} is a pipeline's and gives up on messages`]
        : []),
    ]);
  }

  pushes(): string[] {
    return this.ofType("google_pubsub_subscription").flatMap(({ address, config }) => {
      const push = config["push_config"] as Json | undefined;
      if (push === undefined) return [];
      const token = push["oidc_token"] as Json | undefined;
      const [service] = this.referred(String(push["push_endpoint"]));
      if (token === undefined || service === undefined) return [`${address} pushes without a token`];
      const account = this.accountOf(token["service_account_email"]);
      const audiences = (service.config["custom_audiences"] as readonly string[] | undefined) ?? [];
      const invoker = this.members.some(
        (member) =>
          member.config["role"] === "roles/run.invoker" &&
          this.accountOf(member.config["member"]) === account &&
          this.on(member).some((one) => one.address === service.address),
      );
      // A service is asked for by a name of its own, a function by its URL.
      const audience = String(token["audience"]);
      const meant = audiences.includes(audience) || audience.startsWith(`\${${service.address}.`);
      return [
        ...(meant ? [] : [`${address}: its token is for somebody else`]),
        ...(invoker ? [] : [`${address}: ${account} may not invoke ${service.address}`]),
      ];
    });
  }

  /** What Google checks at creation comes after a pause that comes after the right. */
  settledDeliveries(): string[] {
    const writes: { readonly [config: string]: string } = {
      bigquery_config: "google_bigquery_table_iam_member",
      cloud_storage_config: "google_storage_bucket_iam_member",
    };
    const needs = dependenciesOf(this.template);
    return this.ofType("google_pubsub_subscription").flatMap(({ address, config }) =>
      Object.entries(writes).flatMap(([name, type]) => {
        if (config[name] === undefined) return [];
        const pauses = (needs.get(address) ?? []).filter((one) => one.startsWith("time_sleep."));
        const settled = pauses.some((pause) => (needs.get(pause) ?? []).some((one) => one.startsWith(`${type}.`)));
        return settled ? [] : [`${address} is made before Pub/Sub may write where it delivers`];
      }),
    );
  }

  enabledApis(): string[] {
    const enabled = new Set(this.ofType("google_project_service").map(({ config }) => String(config["service"])));
    const needs = dependenciesOf(this.template);
    return this.all.flatMap(({ address, type }) => {
      const api = apiOf(type);
      if (api === undefined || type === "google_project_service") return [];
      if (!enabled.has(`${api}.googleapis.com`)) return [`${address} needs ${api}, which nothing enables`];
      return (needs.get(address) ?? []).length > 0 ? [] : [`${address} waits for no API`];
    });
  }

  private ofType(type: string): readonly Resource[] {
    return this.all.filter((one) => one.type === type);
  }

  private at(address: string): Resource {
    return this.all.find((one) => one.address === address) as Resource;
  }

  /** What runs, as whom, and everything that it is told. */
  private workloads(): readonly { readonly address: string; readonly account: string; readonly text: string }[] {
    return this.all
      .filter(({ type }) => /^google_cloud_run_v2_(service|worker_pool|job)$/.test(type))
      .map(({ address, config }) => {
        const template = config["template"] as Json;
        const task = (template["template"] as Json | undefined) ?? template;
        return {
          address,
          account: this.accountOf(task["service_account"]),
          text: JSON.stringify(task["containers"]),
        };
      });
  }

  /** The address of an account, by any reference to it. */
  private accountOf(reference: unknown): string {
    return /google_service_account\.[A-Za-z0-9_-]+/.exec(String(reference))?.[0] ?? String(reference);
  }

  private referred(text: string): readonly Resource[] {
    const addresses = [...text.matchAll(/\$\{(google_[a-z0-9_]+\.[A-Za-z0-9_-]+)\./g)].map(([, address]) => address);
    return [...new Set(addresses)].flatMap((address) => this.all.find((one) => one.address === address) ?? []);
  }

  /** What a right is on: the first resource that its arguments refer to, but for its member. */
  private on({ config }: Resource): readonly Resource[] {
    const { member: _, depends_on: __, lifecycle: ___, ...rest } = config;
    const found = this.referred(JSON.stringify(rest));
    return found.length > 1 ? found.filter(({ type }) => type !== "google_bigquery_dataset") : found;
  }

  private allowed(account: string): readonly string[] {
    return this.members
      .filter(({ config }) => this.accountOf(config["member"]) === account)
      .flatMap((member) => this.on(member).map(({ address }) => address));
  }

  /** Whether one contains the other: a dataset its tables. */
  private holds(address: string, { type, config }: Resource): boolean {
    return type === "google_bigquery_table" && String(config["dataset_id"]).includes(`${address}.`);
  }

  private isPushed({ type, config }: Resource): boolean {
    return type === "google_pubsub_subscription" && config["push_config"] !== undefined;
  }

  private subscribersOf(topic: string): readonly Resource[] {
    return this.ofType("google_pubsub_subscription").filter(({ config }) =>
      String(config["topic"]).includes(`${topic}.`),
    );
  }
}
