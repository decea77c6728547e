import { DataflowJob, type DataflowJobConfig } from "@cdktf/provider-google/lib/dataflow-job";
import { Construct } from "constructs";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { settled } from "../core/propagation";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import type { AnyServiceAccount } from "../iam/service-account";
import type { JobOptions, StreamingOptions } from "./job-options";
import { experimentsOf, ipConfiguration, jobParts, literals } from "./job-parts";
import { replacement } from "./job-replacement";
import { jobRules, type InRegion } from "./job-rules";
import { parameterRules } from "./parameter-rules";
import type { Template } from "./template";

export interface ClassicTemplateJobProps extends JobOptions, StreamingOptions, Overridable<DataflowJobConfig> {
  /** Most often one of Google's. Those of batch jobs are for {@link DataflowLaunch}. */
  readonly template: Template<"classic", "streaming">;
}

const rules: Rules<ClassicTemplateJobProps & InRegion> = [...jobRules, ...parameterRules];

/**
 * A streaming job of a classic template: its graph was built when the template was, so there are fewer options than a
 * {@link FlexTemplateJob} has. The provider's resource takes neither disks nor a number of workers to begin with.
 *
 * A changed parameter or machine updates the job in place; a changed `maxWorkers`, name, experiment or `graph` drains it,
 * and starts another.
 * @throws InvalidProps
 * @see https://cloud.google.com/dataflow/docs/guides/templates/running-templates
 */
export class ClassicTemplateJob extends Construct {
  readonly resource: DataflowJob;
  readonly identity: AnyServiceAccount;
  /** As Dataflow and its metrics know it. */
  readonly name: string;

  constructor(scope: Construct, id: string, props: ClassicTemplateJobProps) {
    super(scope, id);
    const key = props.name ?? id;
    const { region } = Site.of(this).settings;
    this.name = physicalName(this, key);
    check(this, { ...props, name: this.name, region }, rules);
    const { network, streamingEngine = true, waitForEnd = true } = props;
    const parts = jobParts(this, key, props);
    this.identity = parts.identity;
    const ready = settled(this, key, parts.rights);
    const experiments = experimentsOf(props);
    this.resource = make(
      this,
      "resource",
      DataflowJob,
      key,
      {
        name: this.name,
        region,
        labels: props.labels,
        templateGcsPath: parts.bound.path,
        tempGcsLocation: parts.tempLocation,
        parameters: literals(parts.parameters),
        serviceAccountEmail: parts.identity.email,
        network: network.network,
        subnetwork: network.subnetwork,
        ipConfiguration: ipConfiguration(props),
        maxWorkers: props.maxWorkers,
        machineType: props.machineType,
        enableStreamingEngine: streamingEngine,
        kmsKeyName: parts.encryption.key,
        additionalExperiments: experiments,
        transformNameMapping: props.renamed,
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
