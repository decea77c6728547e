import { CloudRunV2WorkerPool } from "@cdktf/provider-google/lib/cloud-run-v2-worker-pool";
import { Construct } from "constructs";
import { encryptionOf } from "../core/encryption";
import { granted } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { containerOf, run, setByGcloud, workloadRules, type WorkloadProps } from "./container";
import { mayPull } from "./image-pull";

export interface WorkerPoolProps extends WorkloadProps {
  /** How many run, always; none scales by itself. 0 pauses the work. @default 1 */
  readonly instances?: number;
}

const rules: Rules<WorkerPoolProps> = [
  ...workloadRules,
  run.within("instances", 0, 1000, "https://cloud.google.com/run/docs/configuring/workerpools/manual-scaling"),
];

/**
 * Containers that run all the time and take no requests: they fetch their work.
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
    const encryption = encryptionOf(this, ["run"]);
    const ready = granted(this.identity);
    const container = containerOf(this, props, this.identity, MEMORY);
    const pullable = mayPull(this, container.image);
    this.resource = make(
      this,
      "resource",
      CloudRunV2WorkerPool,
      key,
      {
        name,
        location: Site.of(this).settings.region,
        labels: props.labels,
        // Right as long as worker pools are a preview anywhere; where they are not, Google answers GA, hence ignored.
        launchStage: "BETA",
        // It holds nothing: what it knows is in its checkpoints.
        deletionProtection: false,
        scaling: { manualInstanceCount: props.instances ?? 1 },
        template: {
          serviceAccount: this.identity.email,
          encryptionKey: encryption.key,
          containers: [container],
        },
        lifecycle: { ignoreChanges: [...setByGcloud, "launch_stage"] },
      },
      () => [...ready(), ...encryption.waits(), ...pullable()],
    );
  }
}

const MEMORY = "1Gi";
