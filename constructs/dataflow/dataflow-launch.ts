import { Construct } from "constructs";
import type { Json } from "../../pipeline/spec";
import { physicalName } from "../core/names";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { uses } from "../core/uses";
import { grantOnProject } from "../iam/project-grant";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { Schedule } from "../scheduler/schedule";
import type { ScheduleProps } from "../scheduler/schedule-props";
import type { BatchOptions, FlexBatchOptions, JobOptions, SizedWorkers, WorkerDisk } from "./job-options";
import {
  autoscalingOf,
  diskGigabytes,
  diskTypeOf,
  experimentsOf,
  ipConfiguration,
  jobParts,
  pipelineOptionsOf,
  type JobParts,
} from "./job-parts";
import { diskRules, flexRules, jobRules, sizeRules, type InRegion } from "./job-rules";
import { parameterRules } from "./parameter-rules";
import type { Template } from "./template";

interface LaunchOptions extends JobOptions, SizedWorkers, BatchOptions {
  /**
   * When, and how often it is tried again. A job that is still running is not started a second time: Dataflow refuses
   * another of its name.
   */
  readonly schedule: Pick<ScheduleProps, "cron" | "timeZone" | "paused" | "retry" | "region" | "overrides">;
  /** Who launches it, and may do that and nothing else. @default an account of its own */
  readonly launcher?: AnyServiceAccount;
  /**
   * Fields of the API's environment that no option here is about: `{ workerZone: "europe-west1-b" }`.
   * @default none
   * @see https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.flexTemplates/launch#FlexTemplateRuntimeEnvironment
   */
  readonly environment?: { readonly [field: string]: Json };
}

export interface FlexLaunchProps extends LaunchOptions, FlexBatchOptions {
  /** One of yours, or of Google's. Those of streaming jobs are for {@link FlexTemplateJob}. */
  readonly template: Template<"flex", "batch">;
}

/** The launch of a classic template, whose graph was built before, takes less: neither FlexRS nor a disk's type. */
export interface ClassicLaunchProps
  extends LaunchOptions, Partial<Record<Exclude<keyof FlexBatchOptions, "disk">, never>> {
  readonly template: Template<"classic", "batch">;
  /** @default Dataflow chooses */
  readonly disk?: Pick<WorkerDisk, "size"> & { readonly type?: never };
}

export type DataflowLaunchProps = FlexLaunchProps | ClassicLaunchProps;

/** Both kinds of props, for rules. */
type Checked = LaunchOptions & FlexBatchOptions & InRegion & { readonly template: Template };

const flexrs = "https://cloud.google.com/dataflow/docs/guides/flexrs#support_and_limitations";

const rules: Rules<Checked> = [
  ...jobRules,
  ...sizeRules,
  ...diskRules,
  ...flexRules,
  ...parameterRules,
  {
    id: "flexRS-shuffle",
    reads: ["flexRS", "shuffle"],
    page: flexrs,
    broken: ({ flexRS, shuffle }) =>
      flexRS === true && shuffle === "workers"
        ? 'shuffle is "workers": FlexRS takes workers away, and needs the service. Leave shuffle away'
        : undefined,
  },
  {
    id: "flexRS-autoscaling",
    reads: ["flexRS", "autoscaling"],
    page: flexrs,
    broken: ({ flexRS, autoscaling }) =>
      flexRS === true && autoscaling === "none"
        ? 'autoscaling is "none": FlexRS chooses the number of workers itself. Leave autoscaling away'
        : undefined,
  },
  {
    id: "environment-said",
    reads: ["environment"],
    page: "https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.flexTemplates/launch",
    broken({ environment = {} }) {
      const taken = Object.keys(environment).find((field) => ours.has(field));
      return taken === undefined ? undefined : `environment has ${taken}: there is an option for that`;
    },
  },
];

/**
 * A batch job that is started by the clock. It is no resource of Terraform's: a job that has ended is gone from
 * Terraform's state, and the next apply would run it again.
 *
 * Cloud Scheduler asks Dataflow's API to launch the template, as an account that may launch jobs and act as the workers'
 * account. By hand it is run with `gcloud scheduler jobs run`.
 * @throws InvalidProps
 * @see https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.flexTemplates/launch
 */
export class DataflowLaunch extends Construct {
  /** Who its workers run as. */
  readonly identity: AnyServiceAccount;
  /** Who launches it. */
  readonly launcher: AnyServiceAccount;
  readonly schedule: Schedule;
  /** As Dataflow and its metrics know each job. */
  readonly name: string;

  constructor(scope: Construct, id: string, props: DataflowLaunchProps) {
    super(scope, id);
    const key = props.name ?? id;
    const { project, region } = Site.of(this).settings;
    this.name = physicalName(this, key);
    check<Checked>(this, { ...props, name: this.name, region }, rules);
    const { template } = props;
    const parts = jobParts(this, key, props);
    this.identity = parts.identity;
    this.launcher = props.launcher ?? new ServiceAccount(this, "launcher", { name: accountName(`${key}-launch`) });
    grantOnProject("roles/dataflow.developer", this.launcher, { why: "launches the job" });
    this.identity.grantUse(this.launcher, { why: "launches a job that runs as it" });
    template.grantLaunch(this.launcher, { why: "reads the template that it launches" });
    uses.tell(this, {
      member: this.launcher.member,
      where: "the launch",
      text: [`projects/${project}`, this.identity.email, parts.bound.path].join(" "),
    });
    const launch = { jobName: this.name, parameters: parts.parameters, environment: this.environment(props, parts) };
    const at = `https://dataflow.googleapis.com/v1b3/projects/${project}/locations/${region}` as const;
    this.schedule = new Schedule(this, "schedule", {
      ...props.schedule,
      name: key,
      description: `Launches the Dataflow job ${this.name}`,
      target:
        template.kind === "flex"
          ? {
              api: `${at}/flexTemplates:launch`,
              as: this.launcher,
              body: { launchParameter: { ...launch, containerSpecGcsPath: parts.bound.path } },
            }
          : { api: `${at}/templates:launch?gcsPath=${parts.bound.path}`, as: this.launcher, body: launch },
    });
  }

  private environment(props: DataflowLaunchProps, parts: JobParts): { readonly [field: string]: Json } {
    const { settings } = Site.of(this);
    const { network, labels, template, disk = {}, environment = {} } = props;
    const shared = {
      serviceAccountEmail: parts.identity.email,
      network: network.network,
      subnetwork: network.subnetwork,
      ipConfiguration: ipConfiguration(props),
      tempLocation: parts.tempLocation,
      machineType: props.machineType,
      numWorkers: props.workers,
      maxWorkers: props.maxWorkers,
      diskSizeGb: diskGigabytes(disk),
      kmsKeyName: parts.encryption.key,
      additionalExperiments: experimentsOf(props),
      // The stack's too: of a job that is no resource, Terraform's provider knows nothing.
      additionalUserLabels: { ...settings.labels, ...labels },
    };
    const flex = {
      stagingLocation: parts.stagingLocation,
      launcherMachineType: props.launcherMachineType,
      sdkContainerImage: parts.sdkImage,
      flexrsGoal: props.flexRS === true ? "FLEXRS_COST_OPTIMIZED" : undefined,
      additionalPipelineOptions: pipelineOptionsOf(
        template.language,
        { autoscalingAlgorithm: autoscalingOf(props), workerDiskType: diskTypeOf(disk) },
        props.pipelineOptions,
      ),
    };
    return { ...withoutUndefined(template.kind === "flex" ? { ...shared, ...flex } : shared), ...environment };
  }
}

/** What {@link DataflowLaunch} writes itself. */
const ours = new Set([
  "additionalExperiments",
  "additionalPipelineOptions",
  "additionalUserLabels",
  "diskSizeGb",
  "flexrsGoal",
  "ipConfiguration",
  "kmsKeyName",
  "launcherMachineType",
  "machineType",
  "maxWorkers",
  "network",
  "numWorkers",
  "sdkContainerImage",
  "serviceAccountEmail",
  "stagingLocation",
  "subnetwork",
  "tempLocation",
]);

function withoutUndefined(fields: { readonly [field: string]: Json | undefined }): { readonly [field: string]: Json } {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
