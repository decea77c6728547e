import type { Construct } from "constructs";
import { imageRegistry } from "../artifact-registry/image-registry";
import { mapValues } from "../../pipeline/objects";
import { encryptionOf, type Encryption } from "../core/encryption";
import { granted } from "../core/grants";
import { physicalName } from "../core/names";
import { Site } from "../core/site";
import { literal } from "../core/text";
import { uses } from "../core/uses";
import type { Waits } from "../core/waits";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { grantOnProject } from "../iam/project-grant";
import { jobs } from "./facts";
import type { BatchOptions, FlexOptions, JobOptions, StreamingOptions, WorkerDisk } from "./job-options";
import { gigabytes } from "./job-rules";
import type { BoundTemplate, Template, TemplateLanguage } from "./template";

/** What there has to be for any job, however it is started. */
export interface JobParts {
  readonly identity: AnyServiceAccount;
  readonly bound: BoundTemplate;
  /** As they are: what Terraform would evaluate in them is not yet escaped. */
  readonly parameters: { readonly [name: string]: string };
  readonly encryption: Encryption;
  readonly tempLocation: string;
  readonly stagingLocation: string;
  /** The workers' image, bound. */
  readonly sdkImage: string | undefined;
  /** All but the workers' rights. */
  readonly waits: Waits;
  /** The workers' rights, made and not yet obeyed everywhere. */
  readonly rights: Waits;
}

/** Makes the workers' account, gives it its rights, and says what the job is told. */
export function jobParts(
  owner: Construct,
  key: string,
  props: JobOptions & Pick<FlexOptions, "sdkImage"> & { readonly template: Template },
): JobParts {
  const { template, bucket } = props;
  const site = Site.of(owner);
  const { project, region } = site.settings;
  const identity = props.identity ?? new ServiceAccount(owner, "identity", { name: accountName(key) });
  grantOnProject("roles/dataflow.worker", identity, { why: "works for Dataflow" });
  grantOnProject("roles/dataflow.viewer", identity, { why: "looks at its own job" });
  bucket.grantReadWrite(identity, { why: "stages its code, keeps temporary files" });
  bucket.holdsShortLived();
  bucket.expire("dataflow/temp/", "14d");
  const bound = template.bind(owner, { identity, bucket });
  const sdkImage = props.sdkImage?.bind(owner);
  const registry = sdkImage === undefined ? undefined : imageRegistry(owner, "sdk registry", sdkImage);
  registry?.grantRead(identity, { why: "pulls the image of its workers" });
  const encryption = encryptionOf(owner, ["dataflow", "compute"], props);
  const files = `gs://${bucket.name}/dataflow`;
  const parameters = { ...bound.parameters, ...props.parameters };
  const name = physicalName(owner, key);
  jobs.tell(owner, { job: `projects/${project}/locations/${region}/jobs/${name}`, name, mode: template.mode });
  const { member } = identity;
  for (const [each, text] of Object.entries(parameters)) {
    uses.tell(owner, { member, where: `parameter ${each}`, text });
  }
  const beside = [`projects/${project}`, files, ...bound.names, registry?.url ?? ""];
  uses.tell(owner, { member, where: "the job", text: beside.join(" ") });
  const [dataflow, compute] = [site.api("dataflow"), site.api("compute")];
  return {
    identity,
    bound,
    parameters,
    encryption,
    tempLocation: `${files}/temp`,
    stagingLocation: `${files}/staging`,
    sdkImage,
    waits: () => [...dataflow(), ...compute(), ...encryption.waits(), ...bound.waits()],
    rights: granted(identity),
  };
}

/** For an argument of Terraform's. */
export const literals = (texts: { readonly [name: string]: string }): { [name: string]: string } =>
  mapValues(texts, literal);

/** As Dataflow's API writes it. */
export const ipConfiguration = ({ publicAddresses = false }: JobOptions): string =>
  publicAddresses ? "WORKER_IP_PUBLIC" : "WORKER_IP_PRIVATE";

/** What the API has no field for, and takes as flags. Undefined where there is none. */
export function experimentsOf({
  template,
  tags = [],
  experiments = [],
  guarantee,
  shuffle,
}: JobOptions & Pick<StreamingOptions, "guarantee"> & Pick<BatchOptions, "shuffle"> & { readonly template: Template }):
  | string[]
  | undefined {
  // Of the workers, and of the machine that builds a flex template's graph.
  const tagged = ["use_network_tags", ...(template.kind === "flex" ? ["use_network_tags_for_flex_templates"] : [])];
  const all = [
    ...experiments,
    ...(tags.length === 0 ? [] : tagged.map((flag) => `${flag}=${tags.join(";")}`)),
    ...(guarantee === "at-least-once" ? ["streaming_mode_at_least_once"] : []),
    ...(shuffle === "workers" ? ["shuffle_mode=appliance"] : []),
  ];
  return all.length === 0 ? undefined : all;
}

/**
 * What the API has no field for, and hands to the program, in its SDK's words. Undefined where there is none.
 * @see https://cloud.google.com/dataflow/docs/reference/pipeline-options
 */
export function pipelineOptionsOf(
  language: TemplateLanguage,
  options: { readonly [inJava: string]: string | undefined },
  own: { readonly [name: string]: string } = {},
): string[] | undefined {
  const ours = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${language === "java" ? name : snakeCase(name)}=${value}`],
  );
  const all = [...ours, ...Object.entries(own).map(([name, value]) => `${name}=${value}`)];
  return all.length === 0 ? undefined : all;
}

const snakeCase = (name: string): string => name.replace(/[A-Z]+/g, (capitals) => `_${capitals.toLowerCase()}`);

const diskTypes = { standard: "pd-standard", balanced: "pd-balanced", ssd: "pd-ssd" } as const;

/** Project and zone are left empty: they are the workers'. */
export const diskTypeOf = ({ type }: WorkerDisk): string | undefined =>
  type && `compute.googleapis.com/projects//zones//diskTypes/${diskTypes[type]}`;

export const diskGigabytes = ({ size }: Pick<WorkerDisk, "size">): number | undefined => size && gigabytes(size);

export const autoscalingOf = ({ autoscaling }: FlexOptions): string | undefined =>
  autoscaling && { throughput: "THROUGHPUT_BASED", none: "NONE" }[autoscaling];
