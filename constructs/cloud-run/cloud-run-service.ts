import { CloudRunV2Service } from "@cdktf/provider-google/lib/cloud-run-v2-service";
import { CloudRunV2ServiceIamMember } from "@cdktf/provider-google/lib/cloud-run-v2-service-iam-member";
import type { Construct } from "constructs";
import { seconds, type Duration } from "../../pipeline/duration";
import { encryptionOf } from "../core/encryption";
import {
  granted,
  ResourcePolicy,
  type Grant,
  type Identity,
  type Policy,
  Grantable,
  type GrantOptions,
} from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { containerOf, run, setByGcloud, workloadRules, type WorkloadProps } from "./container";
import { services } from "./facts";
import { mayPull } from "./image-pull";

export interface CloudRunServiceProps extends WorkloadProps {
  /**
   * "private": only who was granted it may invoke it. "public": anybody may.
   * @default "private"
   */
  readonly access?: "private" | "public";
  /**
   * Where requests may come from. Pub/Sub, Scheduler, Tasks, Eventarc and Workflows of the project are "internal".
   * @default "all"
   */
  readonly ingress?: "all" | "internal" | "internal-and-load-balancing";
  /** Instances that wait for requests, and are paid for. @default 0 */
  readonly minInstances?: number;
  /** @default 20: enough for thousands of requests a second, and an end to what a loop can cost */
  readonly maxInstances?: number;
  /** Requests at once in one instance, 1 to 1000. @default 80, as Google does */
  readonly concurrency?: number;
  /** How long one request may take, 1s to 3600s. @default "300s", as Google does */
  readonly timeout?: Duration;
}

const scaling = "https://cloud.google.com/run/docs/configuring/max-instances";

const rules: Rules<CloudRunServiceProps> = [
  ...workloadRules,
  run.within("concurrency", 1, 1000, "https://cloud.google.com/run/docs/about-concurrency"),
  run.within("minInstances", 0, 1000, "https://cloud.google.com/run/docs/configuring/min-instances"),
  run.within("maxInstances", 1, 1000, scaling),
  run.lasts("timeout", "1s", "3600s", "https://cloud.google.com/run/docs/configuring/request-timeout"),
  {
    id: "instances-order",
    reads: ["minInstances", "maxInstances"],
    page: scaling,
    broken: ({ minInstances = 0, maxInstances = MAX_INSTANCES }) =>
      minInstances > maxInstances
        ? `minInstances is ${minInstances}, above maxInstances, which is ${maxInstances}`
        : undefined,
  },
  {
    id: "concurrency-cpu",
    reads: ["concurrency", "cpu"],
    page: "https://cloud.google.com/run/docs/configuring/services/cpu",
    broken: ({ cpu = "1", concurrency = 80 }) =>
      Number(cpu) < 1 && concurrency > 1
        ? `concurrency is ${concurrency} with ${cpu} CPU: Cloud Run gives less than one CPU to one request at a time. Set concurrency: 1`
        : undefined,
  },
];

const MAX_INSTANCES = 20;
const MEMORY = "512Mi";
const ingresses = {
  all: "INGRESS_TRAFFIC_ALL",
  internal: "INGRESS_TRAFFIC_INTERNAL_ONLY",
  "internal-and-load-balancing": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
} as const;

/**
 * What a token for a service of this name says it is for. Fixed text: a service cannot be told its own URL.
 * @see https://cloud.google.com/run/docs/configuring/custom-audiences
 */
export function audienceOf(scope: Construct, name: string): string {
  const { project, region } = Site.of(scope).settings;
  return `https://${physicalName(scope, name)}.${region}.${project}.internal`;
}

/** A service wherever it was made. */
export abstract class AnyCloudRunService extends Grantable {
  /** Where it is reached. */
  abstract readonly url: string;
  /** What a token for it names as its audience. */
  abstract readonly audience: string;

  /** May send it requests: roles/run.invoker. */
  grantInvoke(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/run.invoker", to, options);
  }
}

/**
 * A service that answers requests and costs nothing without them.
 * @throws InvalidProps
 * @see https://cloud.google.com/run/docs/overview/what-is-cloud-run
 */
export class CloudRunService extends AnyCloudRunService {
  readonly resource: CloudRunV2Service;
  readonly identity: AnyServiceAccount;
  readonly key: string;
  /** Known once it is there. */
  readonly url: string;
  /** {@link audienceOf} this service. */
  readonly audience: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: CloudRunServiceProps) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    const { region } = Site.of(this).settings;
    const open = props.access === "public";
    this.audience = audienceOf(this, this.key);
    this.identity = props.identity ?? new ServiceAccount(this, "identity", { name: accountName(this.key) });
    const encryption = encryptionOf(this, ["run"]);
    const ready = granted(this.identity);
    const container = containerOf(this, props, this.identity, MEMORY);
    const pullable = mayPull(this, container.image);
    this.resource = make(
      this,
      "resource",
      CloudRunV2Service,
      this.key,
      {
        name,
        location: region,
        labels: props.labels,
        ingress: ingresses[props.ingress ?? "all"],
        customAudiences: [this.audience],
        // And not a grant to allUsers, which many organisations forbid.
        invokerIamDisabled: open || undefined,
        // It holds nothing.
        deletionProtection: false,
        template: {
          serviceAccount: this.identity.email,
          encryptionKey: encryption.key,
          maxInstanceRequestConcurrency: props.concurrency,
          timeout: props.timeout && seconds(props.timeout),
          scaling: {
            minInstanceCount: props.minInstances ?? 0,
            maxInstanceCount: props.maxInstances ?? MAX_INSTANCES,
          },
          containers: [container],
        },
        lifecycle: { ignoreChanges: setByGcloud },
      },
      () => [...ready(), ...encryption.waits(), ...pullable()],
    );
    this.url = this.resource.uri;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: `projects/${Site.of(this).settings.project}/locations/${region}/services/${name}`,
      verbs: open ? undefined : "grantInvoke",
      tier: "workload",
      member: CloudRunV2ServiceIamMember,
      on: { name: reference(this.resource, "name", name), location: region },
      resource: this.resource,
    });
    services.tell(this, { url: this.url, open });
  }

  /** A service that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingServiceProps): AnyCloudRunService {
    return new ExistingService(scope, id, from);
  }
}

export interface ExistingServiceProps {
  readonly name: string;
  readonly url: `https://${string}`;
  /** @default the URL, which every service takes */
  readonly audience?: string;
  /** @default the stack's */
  readonly project?: string;
  /** @default the stack's */
  readonly region?: string;
  /** "assume": whoever owns it gives the rights. @default "manage" */
  readonly grants?: "manage" | "assume";
}

class ExistingService extends AnyCloudRunService {
  readonly url: string;
  readonly audience: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingServiceProps) {
    super(scope, id);
    const { settings } = Site.of(this);
    const { name, project = settings.project, region = settings.region } = from;
    this.url = from.url;
    this.audience = from.audience ?? from.url;
    this.policy = new ResourcePolicy(this, {
      // As whoever calls it is told it.
      fullName: from.url,
      verbs: "grantInvoke",
      key: project === settings.project ? name : `${project}-${name}`,
      tier: "workload",
      member: CloudRunV2ServiceIamMember,
      on: { name, location: region, project },
      grants: from.grants,
    });
  }
}
