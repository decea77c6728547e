import {
  GoogleDataflowFlexTemplateJob,
  type GoogleDataflowFlexTemplateJobConfig,
} from "@cdktf/provider-google-beta/lib/google-dataflow-flex-template-job";
import { Construct } from "constructs";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { settled } from "../core/propagation";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import type { AnyServiceAccount } from "../iam/service-account";
import { replacement } from "./job-replacement";
import type { FlexOptions, JobOptions, SizedWorkers, StreamingOptions, WorkerDisk } from "./job-options";
import {
  autoscalingOf,
  diskGigabytes,
  diskTypeOf,
  experimentsOf,
  ipConfiguration,
  jobParts,
  literals,
  pipelineOptionsOf,
} from "./job-parts";
import { diskRules, flexRules, jobRules, sizeRules, type InRegion } from "./job-rules";
import { parameterRules } from "./parameter-rules";
import type { Template } from "./template";

export interface FlexTemplateJobProps
  extends JobOptions, SizedWorkers, FlexOptions, StreamingOptions, Overridable<GoogleDataflowFlexTemplateJobConfig> {
  /** One of yours, or of Google's. Those of batch jobs are for {@link DataflowLaunch}. */
  readonly template: Template<"flex", "streaming">;
  /** @default Dataflow chooses */
  readonly disk?: WorkerDisk;
}

const rules: Rules<FlexTemplateJobProps & InRegion> = [
  ...jobRules,
  ...sizeRules,
  ...diskRules,
  ...flexRules,
  ...parameterRules,
];

/**
 * A streaming job of a flex template, with what it needs to be launched: its account may work for Dataflow, use the
 * bucket and pull the image. Batch jobs are launched and never kept by Terraform: one that has ended would be run again
 * by the next apply.
 *
 * A changed template, parameter or machine updates the job in place. Changed workers' counts, names, experiments or
 * `graph` drain it, and start another.
 * @throws InvalidProps
 * @see https://cloud.google.com/dataflow/docs/guides/templates/using-flex-templates
 */
export class FlexTemplateJob extends Construct {
  readonly resource: GoogleDataflowFlexTemplateJob;
  readonly identity: AnyServiceAccount;
  /** As Dataflow and its metrics know it. */
  readonly name: string;

  constructor(scope: Construct, id: string, props: FlexTemplateJobProps) {
    super(scope, id);
    const key = props.name ?? id;
    const site = Site.of(this);
    const { region } = site.settings;
    this.name = physicalName(this, key);
    check(this, { ...props, name: this.name, region }, rules);
    const { network, template, disk = {}, streamingEngine = true, waitForEnd = true } = props;
    const parts = jobParts(this, key, props);
    this.identity = parts.identity;
    const ready = settled(this, key, parts.rights);
    const experiments = experimentsOf(props);
    this.resource = make(
      this,
      "resource",
      GoogleDataflowFlexTemplateJob,
      key,
      {
        provider: site.googleBeta,
        name: this.name,
        region,
        // A new version of the template at the old path is a change that Terraform sees.
        labels:
          parts.bound.version === undefined
            ? props.labels
            : { ...props.labels, "template-version": parts.bound.version },
        containerSpecGcsPath: parts.bound.path,
        parameters: literals(parts.parameters),
        serviceAccountEmail: parts.identity.email,
        network: network.network,
        subnetwork: network.subnetwork,
        ipConfiguration: ipConfiguration(props),
        tempLocation: parts.tempLocation,
        stagingLocation: parts.stagingLocation,
        maxWorkers: props.maxWorkers,
        numWorkers: props.workers,
        machineType: props.machineType,
        launcherMachineType: props.launcherMachineType,
        sdkContainerImage: parts.sdkImage,
        enableStreamingEngine: streamingEngine,
        kmsKeyName: parts.encryption.key,
        additionalExperiments: experiments,
        additionalPipelineOptions: pipelineOptionsOf(
          template.language,
          {
            // The resource has a field for it whose values Dataflow's API refuses.
            autoscalingAlgorithm: autoscalingOf(props),
            diskSizeGb: diskGigabytes(disk)?.toString(),
            workerDiskType: diskTypeOf(disk),
          },
          props.pipelineOptions,
        ),
        transformNameMapping: props.renamed,
        // Else what is in flight is thrown away.
        onDelete: props.onDelete ?? "drain",
        skipWaitOnJobTermination: waitForEnd ? undefined : true,
        lifecycle: {
          // Dataflow adds its own.
          ignoreChanges: ["additional_experiments"],
          replaceTriggeredBy: replacement(this, key, { graph: props.graph, experiments: experiments?.join(" ") }),
        },
        ...props.overrides,
      },
      () => [...parts.waits(), ...ready()],
    );
  }
}
