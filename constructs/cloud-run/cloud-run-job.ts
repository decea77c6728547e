import { CloudRunV2Job, type CloudRunV2JobConfig } from "@cdktf/provider-google/lib/cloud-run-v2-job";
import { CloudRunV2JobIamMember } from "@cdktf/provider-google/lib/cloud-run-v2-job-iam-member";
import type { Construct } from "constructs";
import { seconds, type Duration } from "../../pipeline/duration";
import { encryptionOf, type Encrypted } from "../core/encryption";
import { keyOfExisting, type Existing } from "../core/existing";
import { Grantable, ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { vpcAccess, type EgressProps } from "../network/egress";
import { Schedule } from "../scheduler/schedule";
import type { ScheduleProps } from "../scheduler/schedule-props";
import type { Startable } from "../scheduler/target";
import { containersOf, run, setByGcloud, workloadRules, type Sidecar, type WorkloadProps } from "./container";
import { wholeCpuRule } from "./cpu-memory";
import { binaryAuthorization } from "./cloud-run-service";
import { textsOf } from "./env";
import { workloads } from "./facts";
import { startupRule, type StartupProbe } from "./probe";
import { sidecarRules } from "./sidecars";

export interface JobSidecar extends Sidecar {
  /** Whether the container has started. @default nobody asks */
  readonly startupProbe?: StartupProbe;
}

export interface CloudRunJobProps extends WorkloadProps, EgressProps, Encrypted, Overridable<CloudRunV2JobConfig> {
  /**
   * How many containers one run has, 1 to 10000. Each is told which it is: CLOUD_RUN_TASK_INDEX of
   * CLOUD_RUN_TASK_COUNT.
   * @default 1
   */
  readonly tasks?: number;
  /** How many of them at once; no more than there are. @default as many as Cloud Run has room for */
  readonly parallelism?: number;
  /** How long one attempt at a task may take, 1s to 168h. @default "10m", as Google does */
  readonly timeout?: Duration;
  /** How often a task that failed is tried again, 0 to 10. What it did by then is done twice. @default 3, as Google does */
  readonly retries?: number;
  /**
   * When Cloud Scheduler starts it, as an account that may do so and nothing else. Nobody waits for its end: a turn begins
   * though the one before is under way.
   * @default when somebody starts it who was granted to
   */
  readonly schedule?: Omit<ScheduleProps, "target">;
  /** Whether the container has started, after 240s at most. @default nobody asks */
  readonly startupProbe?: StartupProbe;
  /** Containers beside the main one; a task is over when the main one is. @default none */
  readonly sidecars?: readonly JobSidecar[];
  /**
   * Images that may run here: "default" is the project's policy of Binary Authorization, else one is named.
   * @default any
   */
  readonly binaryAuthorization?: "default" | `projects/${string}`;
}

const tasksPage = "https://cloud.google.com/run/docs/create-jobs";
const parallelismPage = "https://cloud.google.com/run/docs/configuring/parallelism";

const rules: Rules<CloudRunJobProps> = [
  ...workloadRules,
  ...sidecarRules,
  wholeCpuRule,
  startupRule,
  run.within("tasks", 1, 10_000, tasksPage),
  run.within("parallelism", 1, 10_000, parallelismPage),
  run.within("retries", 0, 10, "https://cloud.google.com/run/docs/configuring/max-retries"),
  run.lasts("timeout", "1s", "168h", "https://cloud.google.com/run/docs/configuring/task-timeout"),
  {
    id: "parallelism-tasks",
    reads: ["parallelism", "tasks"],
    page: parallelismPage,
    broken: ({ parallelism, tasks = 1 }) =>
      parallelism !== undefined && parallelism > tasks
        ? `parallelism is ${parallelism}, above tasks, which is ${tasks}`
        : undefined,
  },
];

/** A job wherever it was made. */
export abstract class AnyCloudRunJob extends Grantable implements Startable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  /** projects/P/locations/L/jobs/J: a reference to the job, so whoever names it comes after it. */
  abstract readonly path: string;
  /** The same as plain text. */
  abstract readonly fullName: string;

  /** Where a POST starts it, with an OAuth token of an account that may. */
  get startUrl(): string {
    return `https://run.googleapis.com/v2/${this.path}:run`;
  }

  /** May start it as it is: roles/run.invoker. */
  grantStart(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/run.invoker", to, options);
  }

  /** May start it with other arguments and variables, and so say what it does: roles/run.jobsExecutorWithOverrides. */
  grantStartWithOverrides(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/run.jobsExecutorWithOverrides", to, options);
  }
}

/**
 * Containers that run to their end: by hand, by a workflow, on a schedule. A run that is under way when the job is
 * changed goes on as it was. GPUs and volumes of Cloud SQL are left to `overrides`, which replace the whole of
 * `template`; a run whenever the job is deployed is what the provider's beta class has.
 * @throws InvalidProps
 * @see https://cloud.google.com/run/docs/create-jobs
 */
export class CloudRunJob extends AnyCloudRunJob {
  readonly resource: CloudRunV2Job;
  readonly identity: AnyServiceAccount;
  readonly name: string;
  readonly key: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: CloudRunJobProps) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    const { project, region } = Site.of(this).settings;
    this.identity = props.identity ?? new ServiceAccount(this, "identity", { name: accountName(this.key) });
    const encryption = encryptionOf(this, ["run"], props);
    const { containers, volumes, waits } = containersOf(this, "job", this.key, props, this.identity);
    this.resource = make(
      this,
      "resource",
      CloudRunV2Job,
      this.key,
      {
        name,
        location: region,
        labels: props.labels,
        annotations: props.annotations,
        binaryAuthorization: props.binaryAuthorization && binaryAuthorization(props.binaryAuthorization),
        // It holds nothing.
        deletionProtection: false,
        template: {
          labels: props.templateLabels,
          annotations: props.templateAnnotations,
          taskCount: props.tasks,
          parallelism: props.parallelism,
          template: {
            serviceAccount: this.identity.email,
            encryptionKey: encryption.key,
            maxRetries: props.retries,
            timeout: props.timeout && seconds(props.timeout),
            vpcAccess: props.egress && vpcAccess(this, props.egress),
            containers,
            volumes,
          },
        },
        lifecycle: { ignoreChanges: setByGcloud },
        ...props.overrides,
      },
      () => [...waits(), ...encryption.waits()],
    );
    this.fullName = `projects/${project}/locations/${region}/jobs/${name}`;
    this.name = reference(this.resource, "name", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantStart",
      tier: "workload",
      member: CloudRunV2JobIamMember,
      on: { name: this.name, location: region },
      resource: this.resource,
    });
    workloads.tell(this, { resource: this.resource, env: textsOf([props, ...(props.sidecars ?? [])]) });
    if (props.schedule) new Schedule(this, "schedule", { name: this.key, ...props.schedule, target: { start: this } });
  }

  /** A job that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingJobProps): AnyCloudRunJob {
    return new ExistingJob(scope, id, from);
  }
}

export interface ExistingJobProps extends Existing {
  /** @default the stack's */
  readonly region?: string;
}

class ExistingJob extends AnyCloudRunJob {
  readonly name: string;
  readonly key: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingJobProps) {
    super(scope, id);
    const { settings } = Site.of(this);
    const { name, project = settings.project, region = settings.region } = from;
    this.name = name;
    this.key = keyOfExisting(from, settings.project);
    this.fullName = `projects/${project}/locations/${region}/jobs/${name}`;
    this.path = this.fullName;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantStart",
      tier: "workload",
      member: CloudRunV2JobIamMember,
      on: { name, location: region, project },
      grants: from.grants,
    });
  }
}
