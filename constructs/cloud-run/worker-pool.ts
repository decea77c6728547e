import {
  CloudRunV2WorkerPool,
  type CloudRunV2WorkerPoolConfig,
} from "@cdktf/provider-google/lib/cloud-run-v2-worker-pool";
import { Construct } from "constructs";
import { encryptionOf, type Encrypted } from "../core/encryption";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { vpcAccess, type EgressProps } from "../network/egress";
import { binaryAuthorization } from "./cloud-run-service";
import { containersOf, run, setByGcloud, workloadRules, type Sidecar, type WorkloadProps } from "./container";
import { wholeCpuRule } from "./cpu-memory";
import { textsOf } from "./env";
import { workloads } from "./facts";
import {
  revisionName,
  revisionRule,
  shareConfig,
  shareRules,
  type RevisionProps,
  type RevisionShare,
} from "./revision";
import { sidecarRules } from "./sidecars";

export interface WorkerPoolProps
  extends WorkloadProps, RevisionProps, EgressProps, Encrypted, Overridable<CloudRunV2WorkerPoolConfig> {
  /** How many run, always; none scales by itself. 0 pauses the work. @default 1 */
  readonly instances?: number;
  /** @default none */
  readonly description?: string;
  /** Containers beside the main one. @default none */
  readonly sidecars?: readonly Sidecar[];
  /**
   * Which revisions the instances are of, in per cent. A revision has to be there before it is given a share: see
   * {@link CloudRunServiceProps.traffic}. What keeps state for itself takes no two.
   * @default all of the newest that is ready
   */
  readonly split?: readonly RevisionShare[];
  /**
   * Images that may run here: "default" is the project's policy of Binary Authorization, else one is named.
   * @default any
   */
  readonly binaryAuthorization?: "default" | `projects/${string}`;
}

const rules: Rules<WorkerPoolProps> = [
  ...workloadRules,
  ...sidecarRules,
  wholeCpuRule,
  revisionRule,
  ...shareRules("split"),
  run.within("instances", 0, 1000, "https://cloud.google.com/run/docs/configuring/workerpools/manual-scaling"),
];

/**
 * Containers that run all the time and take no requests: they fetch their work. Probes the provider does not know yet.
 * GPUs and volumes of Cloud SQL are left to `overrides`, which replace the whole of `template`.
 * @throws InvalidProps
 * @see https://cloud.google.com/run/docs/deploy-worker-pools
 */
export class WorkerPool extends Construct {
  readonly resource: CloudRunV2WorkerPool;
  readonly identity: AnyServiceAccount;

  constructor(scope: Construct, id: string, props: WorkerPoolProps) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    check(this, { memory: MEMORY, ...props, name }, rules);
    this.identity = props.identity ?? new ServiceAccount(this, "identity", { name: accountName(key) });
    const encryption = encryptionOf(this, ["run"], props);
    const { containers, volumes, waits } = containersOf(this, "worker-pool", key, props, this.identity, {
      memory: MEMORY,
    });
    this.resource = make(
      this,
      "resource",
      CloudRunV2WorkerPool,
      key,
      {
        name,
        location: Site.of(this).settings.region,
        description: props.description,
        labels: props.labels,
        annotations: props.annotations,
        binaryAuthorization: props.binaryAuthorization && binaryAuthorization(props.binaryAuthorization),
        // Right as long as worker pools are a preview anywhere; where they are not, Google answers GA, hence ignored.
        launchStage: "BETA",
        // It holds nothing: what it knows is in its checkpoints.
        deletionProtection: false,
        scaling: { manualInstanceCount: props.instances ?? 1 },
        instanceSplits: props.split && shareConfig(name, "INSTANCE_SPLIT", props.split),
        template: {
          revision: props.revision && revisionName(name, props.revision),
          labels: props.templateLabels,
          annotations: props.templateAnnotations,
          serviceAccount: this.identity.email,
          encryptionKey: encryption.key,
          vpcAccess: props.egress && vpcAccess(this, props.egress),
          containers,
          volumes,
        },
        lifecycle: { ignoreChanges: [...setByGcloud, "launch_stage"] },
        ...props.overrides,
      },
      () => [...waits(), ...encryption.waits()],
    );
    workloads.tell(this, { resource: this.resource, env: textsOf([props, ...(props.sidecars ?? [])]) });
  }
}

const MEMORY = "1Gi";
