import { Cloudfunctions2Function } from "@cdktf/provider-google/lib/cloudfunctions2-function";
import { CloudRunV2ServiceIamMember } from "@cdktf/provider-google/lib/cloud-run-v2-service-iam-member";
import { Token } from "cdktf";
import type { Construct } from "constructs";
import type { Duration } from "../../pipeline/duration";
import { textsOf } from "../cloud-run/env";
import { services, workloads } from "../cloud-run/facts";
import { encryptionOf } from "../core/encryption";
import { everyone } from "../core/everyone";
import { keyOfExisting, type Existing } from "../core/existing";
import {
  granted,
  Grantable,
  ResourcePolicy,
  type Grant,
  type GrantOptions,
  type Identity,
  type Policy,
} from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { settled } from "../core/propagation";
import { reference } from "../core/reference";
import { published } from "../core/rights";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { addressOf, nothing, type Waits } from "../core/waits";
import type { EventReceiver } from "../eventarc/event-destination";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { vpcAccess } from "../network/egress";
import type { Invokable } from "../pubsub/push-subscription";
import { builderOf } from "./builder";
import { deliver } from "./deliver";
import {
  functionRules,
  isName,
  MAX_INSTANCES,
  MEMORY,
  RUNTIME,
  TIMEOUT,
  timeoutSeconds,
  type CloudFunctionProps,
} from "./function-props";
import type { SourceRequest } from "./function-source";
import { environmentOf, literals } from "./secrets";

/** A function wherever it was made. */
export abstract class AnyCloudFunction extends Grantable implements Invokable, EventReceiver {
  /** Of the function and of the Cloud Run service that it is. */
  abstract readonly name: string;
  abstract readonly region: string;
  /** Where it is reached. */
  abstract readonly url: string;
  /** What a token for it names as its audience. */
  abstract readonly audience: string;

  /** May call it: roles/run.invoker on the Cloud Run service that a function is. */
  grantInvoke(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/run.invoker", to, options);
  }
}

const ingresses = {
  all: "ALLOW_ALL",
  internal: "ALLOW_INTERNAL_ONLY",
  "internal-and-load-balancing": "ALLOW_INTERNAL_AND_GCLB",
} as const;

/**
 * A function (2nd generation): what a folder exports, called for requests, messages, objects, documents or on a schedule.
 * To Google it is a function of requests, whatever calls it: `(request, response)`, as `httpFunction` of
 * `data-journey/handler` makes one. Messages and objects come by a push subscription of its own, with dead letters.
 * Changed source is built anew, by an account that may do that and nothing else. Sources in repositories, triggers within
 * the function and traffic on older revisions are left to `overrides`: buildConfig, eventTrigger, serviceConfig, each the
 * whole of its block.
 * @throws InvalidProps
 * @see https://cloud.google.com/functions/docs/concepts/overview
 */
export class CloudFunction extends AnyCloudFunction {
  readonly resource: Cloudfunctions2Function;
  readonly identity: AnyServiceAccount;
  readonly name: string;
  readonly key: string;
  readonly region: string;
  readonly url: string;
  readonly audience: string;
  /** How long a call may take. */
  readonly timeout: Duration;
  /** How many instances there may be. */
  readonly maxInstances: number;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: CloudFunctionProps) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    const { trigger, source, runtime = RUNTIME, build = {}, egress } = props;
    const request: SourceRequest = { entryPoint: props.entryPoint, runtime };
    check(this, { ...props, name }, [...functionRules, sourceRule(this, request)]);
    const site = Site.of(this);
    const { project, region } = site.settings;
    this.region = region;
    const open = "http" in trigger && trigger.http === "public";
    this.timeout = props.timeout ?? TIMEOUT;
    this.maxInstances = props.maxInstances ?? MAX_INSTANCES;
    this.identity = props.identity ?? new ServiceAccount(this, "identity", { name: accountName(this.key) });
    // Whoever keeps something of a function: its source, its image, its instances.
    const encryption = encryptionOf(this, ["functions", "run", "storage", "artifact-registry"], props);
    const builder = builderOf(this, build, props.encryptionKey);
    const archive = source.bind(this, this.key, builder.sources, request);
    const environment = environmentOf(this, props.env ?? {}, props.secretFiles ?? {}, this.identity);
    const readable = this.readable(environment.grants);
    const ready = granted(this.identity);
    // A function is built by Cloud Build and is a service of Cloud Run.
    const apis = ["cloudbuild", "run"].map((api) => site.api(api));
    this.resource = make(
      this,
      "resource",
      Cloudfunctions2Function,
      this.key,
      {
        name,
        location: region,
        description: props.description,
        labels: props.labels,
        kmsKeyName: encryption.key,
        buildConfig: {
          runtime,
          entryPoint: props.entryPoint,
          source: { storageSource: archive },
          serviceAccount: buildAccount(this, builder.identity),
          dockerRepository: builder.repository.path,
          environmentVariables: build.env && literals(build.env),
          workerPool: build.workerPool,
          automaticUpdatePolicy: props.securityUpdates === "automatic" ? {} : undefined,
          onDeployUpdatePolicy: props.securityUpdates === "on deployment" ? {} : undefined,
        },
        serviceConfig: {
          serviceAccountEmail: this.identity.email,
          availableMemory: props.memory ?? MEMORY,
          availableCpu: props.cpu,
          timeoutSeconds: timeoutSeconds(this.timeout),
          minInstanceCount: props.minInstances ?? 0,
          maxInstanceCount: this.maxInstances,
          maxInstanceRequestConcurrency: props.concurrency,
          ingressSettings: ingresses[props.ingress ?? (open ? "all" : "internal")],
          ...environment.config,
          vpcConnector: egress?.connector,
          vpcConnectorEgressSettings: egress && vpcAccess(this, egress).egress,
          binaryAuthorizationPolicy: props.binaryAuthorization,
        },
        ...props.overrides,
      },
      () => [
        ...apis.flatMap((api) => [...api()]),
        ...ready(),
        ...readable(),
        ...builder.waits(),
        ...encryption.waits(),
      ],
    );
    this.url = this.resource.serviceConfig.uri;
    // A function takes no other audience, and cannot be told its own.
    this.audience = this.url;
    this.name = reference(this.resource, "name", name);
    const service = `projects/${project}/locations/${region}/services/${name}`;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: service,
      verbs: open ? undefined : "grantInvoke",
      tier: "workload",
      member: CloudRunV2ServiceIamMember,
      on: { name: this.name, location: region },
      resource: this.resource,
    });
    services.tell(this, { url: this.url, service, open });
    workloads.tell(this, { resource: this.resource, env: textsOf([props]) });
    const folder = source.folder(this, request);
    if (folder) {
      site.metadata.function(addressOf(this.resource), { ...folder, entryPoint: props.entryPoint, signature: "http" });
    }
    if (open) {
      published.tell(this, { fullName: service });
      this.grantInvoke(everyone(this), { why: "is public" });
    }
    deliver(this, trigger);
  }

  /** Cloud Run looks for the rights to secrets before it starts anything. */
  private readable(grants: readonly Grant[]): Waits {
    if (grants.length === 0) return nothing;
    return settled(this, `function-${this.key}-reads`, () => grants.flatMap(({ waits }) => [...waits()]));
  }

  /** A function that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingFunctionProps): AnyCloudFunction {
    return new ExistingFunction(scope, id, from);
  }
}

/** Last, as it bundles the folder. */
const sourceRule = (owner: Construct, request: SourceRequest): Rules<CloudFunctionProps>[number] => ({
  id: "source-exports",
  reads: [],
  page: "https://cloud.google.com/functions/docs/writing#entry-point",
  // A name that is none is for another rule.
  broken: ({ source, entryPoint }) => (isName(entryPoint) ? source.problem(owner, request) : undefined),
});

/** projects/P/serviceAccounts/E: a build takes no mere e-mail. */
function buildAccount(owner: Construct, { email }: AnyServiceAccount): string {
  const named = Token.isUnresolved(email) ? undefined : /@([^.]+)\.iam\./.exec(email)?.[1];
  return `projects/${named ?? Site.of(owner).settings.project}/serviceAccounts/${email}`;
}

export interface ExistingFunctionProps extends Existing {
  readonly url: `https://${string}`;
  /** @default the URL */
  readonly audience?: string;
  /** @default the stack's */
  readonly region?: string;
}

class ExistingFunction extends AnyCloudFunction {
  readonly name: string;
  readonly region: string;
  readonly url: string;
  readonly audience: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingFunctionProps) {
    super(scope, id);
    const { settings } = Site.of(this);
    const { name, project = settings.project, region = settings.region } = from;
    this.name = name;
    this.region = region;
    this.url = from.url;
    this.audience = from.audience ?? from.url;
    this.policy = new ResourcePolicy(this, {
      // As whoever calls it is told it.
      fullName: from.url,
      verbs: "grantInvoke",
      key: keyOfExisting(from, settings.project),
      tier: "workload",
      member: CloudRunV2ServiceIamMember,
      on: { name, location: region, project },
      grants: from.grants,
    });
  }
}
