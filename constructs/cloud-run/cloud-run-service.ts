import { CloudRunV2Service } from "@cdktf/provider-google/lib/cloud-run-v2-service";
import { CloudRunV2ServiceIamMember } from "@cdktf/provider-google/lib/cloud-run-v2-service-iam-member";
import type { Construct } from "constructs";
import { seconds } from "../../pipeline/duration";
import { encryptionOf } from "../core/encryption";
import { keyOfExisting, type Existing } from "../core/existing";
import { ResourcePolicy, type Grant, type Identity, type Policy, Grantable, type GrantOptions } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { check } from "../core/rules";
import { Site } from "../core/site";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { vpcAccess } from "../network/egress";
import { containersOf, setByGcloud } from "./container";
import { textsOf } from "./env";
import { services, workloads } from "./facts";
import { revisionName, shareConfig } from "./revision";
import { hasFolders, MAX_INSTANCES, serviceRules, type CloudRunServiceProps } from "./service-props";

export type { CloudRunServiceProps };

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
  abstract readonly name: string;
  abstract readonly region: string;
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
 * A service that answers requests and costs nothing without them. A domain of one's own and a load balancer before it
 * are not made here: give them `resource.name` (google_compute_region_network_endpoint_group, or
 * google_cloud_run_domain_mapping). Left to `overrides`: GPUs (nodeSelector, in the whole of `template`), volumes of
 * Cloud SQL, a service mesh, a fixed number of instances by hand (scaling); to the provider's beta class: Identity-Aware Proxy and a service without its own address.
 * What is overridden is a whole argument: a `template` of one's own is all of the template.
 * @throws InvalidProps
 * @see https://cloud.google.com/run/docs/overview/what-is-cloud-run
 */
export class CloudRunService extends AnyCloudRunService {
  readonly resource: CloudRunV2Service;
  readonly identity: AnyServiceAccount;
  readonly name: string;
  readonly key: string;
  readonly region: string;
  /** Known once it is there. */
  readonly url: string;
  /** {@link audienceOf} this service. */
  readonly audience: string;
  /** How many instances there may be, each revision by itself. */
  readonly maxInstances: number;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: CloudRunServiceProps) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, serviceRules);
    const { region } = Site.of(this).settings;
    const open = props.access === "public";
    this.audience = audienceOf(this, this.key);
    this.maxInstances = props.maxInstances ?? MAX_INSTANCES;
    this.identity = props.identity ?? new ServiceAccount(this, "identity", { name: accountName(this.key) });
    const encryption = encryptionOf(this, ["run"], props);
    const { containers, volumes, waits } = containersOf(this, "service", this.key, props, this.identity, {
      // Else the CPU is there, and paid for, as long as the instance is.
      resources: { cpuIdle: props.billing !== "instances", startupCpuBoost: props.startupBoost ?? true },
    });
    this.resource = make(
      this,
      "resource",
      CloudRunV2Service,
      this.key,
      {
        name,
        location: region,
        description: props.description,
        labels: props.labels,
        annotations: props.annotations,
        ingress: ingresses[props.ingress ?? "all"],
        customAudiences: [this.audience, ...(props.audiences ?? [])],
        // And not a grant to allUsers, which many organisations forbid.
        invokerIamDisabled: open || undefined,
        binaryAuthorization: props.binaryAuthorization && binaryAuthorization(props.binaryAuthorization),
        // It holds nothing.
        deletionProtection: false,
        scaling: props.minInstancesInAll === undefined ? undefined : { minInstanceCount: props.minInstancesInAll },
        traffic: props.traffic && shareConfig(name, "TRAFFIC_TARGET", props.traffic),
        template: {
          revision: props.revision && revisionName(name, props.revision),
          labels: props.templateLabels,
          annotations: props.templateAnnotations,
          serviceAccount: this.identity.email,
          encryptionKey: encryption.key,
          executionEnvironment: environmentOf(props),
          maxInstanceRequestConcurrency: props.concurrency,
          timeout: props.timeout && seconds(props.timeout),
          sessionAffinity: props.sessionAffinity,
          scaling: {
            minInstanceCount: props.minInstances ?? 0,
            maxInstanceCount: this.maxInstances,
          },
          vpcAccess: props.egress && vpcAccess(this, props.egress),
          containers: containers.map((container, index) =>
            index === 0 ? { ...container, ports: portOf(props) } : container,
          ),
          volumes,
        },
        lifecycle: { ignoreChanges: setByGcloud },
        ...props.overrides,
      },
      () => [...waits(), ...encryption.waits()],
    );
    this.name = reference(this.resource, "name", name);
    this.region = region;
    this.url = this.resource.uri;
    const service = `projects/${Site.of(this).settings.project}/locations/${region}/services/${name}`;
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
    workloads.tell(this, { resource: this.resource, env: textsOf([props, ...(props.sidecars ?? [])]) });
  }

  /** A service that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingServiceProps): AnyCloudRunService {
    return new ExistingService(scope, id, from);
  }
}

function portOf({ port, http2, sidecars = [] }: CloudRunServiceProps) {
  // Among several containers, requests go to the one that has a port.
  if (port === undefined && http2 === undefined && sidecars.length === 0) return undefined;
  return { name: http2 === true ? "h2c" : undefined, containerPort: port ?? 8080 };
}

function environmentOf({ executionEnvironment, ...props }: CloudRunServiceProps): string | undefined {
  const generation = executionEnvironment ?? (hasFolders(props) ? "second" : undefined);
  return generation && (generation === "first" ? "EXECUTION_ENVIRONMENT_GEN1" : "EXECUTION_ENVIRONMENT_GEN2");
}

/** What a service, a job or a worker pool takes of Binary Authorization. */
export const binaryAuthorization = (policy: string) => (policy === "default" ? { useDefault: true } : { policy });

export interface ExistingServiceProps extends Existing {
  readonly url: `https://${string}`;
  /** @default the URL, which every service takes */
  readonly audience?: string;
  /** @default the stack's */
  readonly region?: string;
}

class ExistingService extends AnyCloudRunService {
  readonly name: string;
  readonly region: string;
  readonly url: string;
  readonly audience: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingServiceProps) {
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
