import { GoogleDataflowFlexTemplateJob } from "@cdktf/provider-google-beta/lib/google-dataflow-flex-template-job";
import { DataResource, type DataConfig } from "cdktf";
import { Construct } from "constructs";
import { encryptionOf } from "../core/encryption";
import { granted } from "../core/grants";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { settled } from "../core/propagation";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { list } from "../core/text";
import { addressOf } from "../core/waits";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { grantOnProject } from "../iam/project-grant";
import type { AnyNetwork } from "../network/network";
import type { AnyBucket } from "../storage/bucket";
import type { FlexTemplate } from "./flex-template";

export interface FlexTemplateJobProps {
  /** @default the construct's id */
  readonly name?: string;
  readonly template: FlexTemplate;
  /** What the template's parameters are; not what this construct has an option for. */
  readonly parameters: { readonly [name: string]: string };
  /** Where it keeps what it stages, and temporary files. */
  readonly bucket: AnyBucket;
  /** Without one, workers look for a network "default", which most projects lack. */
  readonly network: AnyNetwork;
  /** The account its workers run as. @default one of its own */
  readonly identity?: AnyServiceAccount;
  /** 1 to 1000. A change drains this job and starts another. @default Dataflow chooses, up to 100 */
  readonly maxWorkers?: number;
  /** How many to begin with, 1 to 1000. A change drains this job and starts another. @default Dataflow chooses */
  readonly workers?: number;
  /** @default Dataflow chooses */
  readonly machineType?: string;
  /**
   * What the job must not differ in to take over the state of the one before. A change drains the old job, which ends
   * all open windows, and starts another.
   * @default nothing: every change is tried in place
   */
  readonly graph?: string;
  /** @default the stack's labels. A change starts the job anew, in place */
  readonly labels?: { readonly [name: string]: string };
}

/** Given here and as a parameter, they conflict or drift. */
const reserved = [
  "autoscalingAlgorithm",
  "enableStreamingEngine",
  "ipConfiguration",
  "kmsKeyName",
  "launcherMachineType",
  "machineType",
  "maxNumWorkers",
  "maxWorkers",
  "network",
  "numWorkers",
  "project",
  "region",
  "sdkContainerImage",
  "serviceAccount",
  "serviceAccountEmail",
  "stagingLocation",
  "subnetwork",
  "tempLocation",
  "templateVersion",
  "workerMachineType",
];

const dataflow = limits("Dataflow");
const quotas = "https://cloud.google.com/dataflow/quotas";

const rules: Rules<FlexTemplateJobProps> = [
  dataflow.matches(
    "name",
    /^[a-z]([a-z0-9-]{0,1022}[a-z0-9])?$/,
    "takes lower-case letters, digits and hyphens, a letter first",
    "https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.flexTemplates/launch",
  ),
  dataflow.within("maxWorkers", 1, 1000, quotas),
  dataflow.within("workers", 1, 1000, quotas),
  {
    id: "workers-order",
    reads: ["workers", "maxWorkers"],
    page: quotas,
    broken: ({ workers, maxWorkers }) =>
      workers !== undefined && maxWorkers !== undefined && workers > maxWorkers
        ? `workers is ${workers}, above maxWorkers, which is ${maxWorkers}`
        : undefined,
  },
  {
    id: "parameters-reserved",
    reads: [],
    page: "https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/dataflow_flex_template_job",
    broken({ parameters }) {
      const taken = reserved.filter((name) => name in parameters);
      return taken.length === 0
        ? undefined
        : `parameters has ${list(taken)}: that is said by the job's own options, and in two places it drifts`;
    },
  },
];

/**
 * A streaming job of a template, with what it needs to be launched: its account may work for Dataflow, use the bucket
 * and pull the image. Batch jobs are launched and never kept by Terraform: one that has ended would be run again by the
 * next apply.
 *
 * A changed template or parameter updates the job in place; a changed `graph`, worker count or name drains it first.
 * @throws InvalidProps
 */
export class FlexTemplateJob extends Construct {
  readonly resource: GoogleDataflowFlexTemplateJob;
  readonly identity: AnyServiceAccount;

  constructor(scope: Construct, id: string, props: FlexTemplateJobProps) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    check(this, { ...props, name }, rules);
    const { template, bucket, network } = props;
    const site = Site.of(this);
    this.identity = props.identity ?? new ServiceAccount(this, "identity", { name: accountName(key) });
    grantOnProject("roles/dataflow.worker", this.identity, { why: "works for Dataflow" });
    grantOnProject("roles/dataflow.viewer", this.identity, { why: "looks at its own job" });
    bucket.grantReadWrite(this.identity, { why: "stages its code, keeps temporary files" });
    bucket.holdsShortLived();
    bucket.expire("dataflow/temp/", "14d");
    template.grantPull(this.identity, { why: "pulls the image of the job" });
    const computeEngine = site.api("compute");
    const encryption = encryptionOf(this, ["dataflow", "compute"]);
    const ready = settled(this, key, granted(this.identity));
    const files = `gs://${bucket.name}/dataflow`;
    this.resource = make(
      this,
      "resource",
      GoogleDataflowFlexTemplateJob,
      key,
      {
        provider: site.googleBeta,
        name,
        region: site.settings.region,
        labels: props.labels,
        containerSpecGcsPath: template.path,
        parameters: { ...props.parameters, templateVersion: template.version },
        serviceAccountEmail: this.identity.email,
        network: network.network,
        subnetwork: network.subnetwork,
        ipConfiguration: "WORKER_IP_PRIVATE",
        tempLocation: `${files}/temp`,
        stagingLocation: `${files}/staging`,
        maxWorkers: props.maxWorkers,
        numWorkers: props.workers,
        machineType: props.machineType,
        enableStreamingEngine: true,
        kmsKeyName: encryption.key,
        // Else what is in flight is thrown away.
        onDelete: "drain",
        lifecycle: {
          // Dataflow adds its own.
          ignoreChanges: ["additional_experiments"],
          replaceTriggeredBy: props.graph === undefined ? undefined : [this.graph(key, props.graph)],
        },
      },
      () => [...computeEngine(), ...ready(), ...encryption.waits(), ...template.object.waits()],
    );
  }

  /** @returns the address of what is replaced when the graph changes */
  private graph(key: string, graph: string): string {
    const name = `${key}-graph`;
    const made = make<DataConfig, DataResource>(this, "graph", DataResource, name, { triggersReplace: { graph } });
    return addressOf(made);
  }
}
