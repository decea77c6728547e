import { labelsRule } from "../core/labels";
import { limits } from "../core/limits";
import type { Rule, Rules } from "../core/rules";
import { list } from "../core/text";
import { isReserved } from "./parameter-rules";
import type { JobOptions, SizedWorkers, WorkerDisk } from "./job-options";

const dataflow = limits("Dataflow");
const quotas = "https://cloud.google.com/dataflow/quotas";
const pipelineOptions = "https://cloud.google.com/dataflow/docs/reference/pipeline-options";
const machines = "https://cloud.google.com/compute/docs/machine-resource";
const tagPage = "https://cloud.google.com/vpc/docs/add-remove-network-tags#restrictions";

/** One of Compute Engine's, also a custom one, with or without local disks. */
const machineForm = /^(custom|[a-z]\d+[a-z]*)-[a-z0-9]+(-[a-z0-9]+)*$/;
const sharedCore = /^(f1-micro|g1-small|e2-(micro|small|medium))$/;

const machineRule = <Name extends string>(name: Name): Rule<{ readonly [N in Name]?: string }> => ({
  id: `${name}-form`,
  reads: [name],
  page: machines,
  broken(props) {
    const value: string | undefined = props[name];
    if (value === undefined) return undefined;
    if (sharedCore.test(value)) {
      return `${name} is "${value}", which shares its cores: Dataflow supports no such workers. The smallest is "n1-standard-1"`;
    }
    return machineForm.test(value)
      ? undefined
      : `${name} is "${value}": Compute Engine has machine types such as "n2-standard-2" and "custom-4-16384"`;
  },
});

/** With the stack's region, which props do not have. */
export interface InRegion {
  readonly region: string;
}

export const jobRules: Rules<JobOptions & InRegion> = [
  dataflow.matches(
    "name",
    /^[a-z]([a-z0-9-]{0,1022}[a-z0-9])?$/,
    "takes lower-case letters, digits and hyphens, a letter first",
    "https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.flexTemplates/launch",
  ),
  labelsRule,
  dataflow.within("maxWorkers", 1, 1000, quotas),
  machineRule("machineType"),
  {
    id: "tags-form",
    reads: ["tags"],
    page: tagPage,
    broken({ tags = [] }) {
      const wrong = tags.find((tag) => !/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(tag));
      return wrong === undefined
        ? undefined
        : `tags has "${wrong}": Compute Engine takes 1 to 63 lower-case letters, digits and hyphens, a letter first`;
    },
  },
  {
    id: "experiments-said",
    reads: ["experiments"],
    page: pipelineOptions,
    broken({ experiments = [] }) {
      const taken = experiments.find((flag) => /^(use_network_tags|streaming_mode_|shuffle_mode|.*,)/.test(flag));
      return taken === undefined
        ? undefined
        : `experiments has "${taken}": give flags one by one, and tags, guarantee and shuffle as options of those names`;
    },
  },
  {
    id: "encryptionKey-region",
    reads: ["encryptionKey"],
    page: "https://cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys",
    broken({ encryptionKey, region }) {
      const location = /^projects\/[^/]+\/locations\/([^/]+)\//.exec(encryptionKey?.keyId ?? "")?.[1];
      return location === undefined || location === region
        ? undefined
        : `encryptionKey is in ${location} and the job in ${region}: Dataflow takes keys of its region`;
    },
  },
];

export const sizeRules: Rules<SizedWorkers & Pick<JobOptions, "maxWorkers">> = [
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
];

const SMALLEST_DISK = 30;
const LARGEST_DISK = 65_536;

export const diskRules: Rules<{ readonly disk?: Pick<WorkerDisk, "size"> }> = [
  {
    id: "disk-size",
    reads: ["disk"],
    ofTokens: true,
    page: pipelineOptions,
    broken({ disk }) {
      if (disk?.size === undefined) return undefined;
      const size = /^\d+Gi$/.test(disk.size) ? gigabytes(disk.size) : 0;
      return size >= SMALLEST_DISK && size <= LARGEST_DISK
        ? undefined
        : `disk.size is "${disk.size}": Dataflow takes whole ${SMALLEST_DISK}Gi to ${LARGEST_DISK}Gi, for a worker's system and its logs`;
    },
  },
];

export const gigabytes = (size: string): number => Number.parseInt(size, 10);

export const flexRules: Rules<{
  readonly launcherMachineType?: string;
  readonly autoscaling?: string;
  readonly workers?: number;
  readonly pipelineOptions?: { readonly [name: string]: string };
}> = [
  machineRule("launcherMachineType"),
  {
    id: "autoscaling-workers",
    reads: ["autoscaling", "workers"],
    page: "https://cloud.google.com/dataflow/docs/horizontal-autoscaling",
    broken: ({ autoscaling, workers }) =>
      autoscaling === "none" && workers === undefined
        ? `autoscaling is "none": say how many workers there shall be: workers`
        : undefined,
  },
  {
    id: "pipelineOptions-form",
    reads: ["pipelineOptions"],
    page: pipelineOptions,
    broken({ pipelineOptions: options = {} }) {
      const wrong = Object.keys(options).find((name) => !/^[A-Za-z][A-Za-z0-9_]*$/.test(name));
      return wrong === undefined
        ? undefined
        : `pipelineOptions has "${wrong}": an option's name is letters, digits and "_", without "--"`;
    },
  },
  {
    id: "pipelineOptions-reserved",
    reads: [],
    page: pipelineOptions,
    broken({ pipelineOptions: options = {} }) {
      const taken = Object.keys(options).filter(isReserved);
      return taken.length === 0
        ? undefined
        : `pipelineOptions has ${list(taken)}: that is said by the job's own options, and in two places it drifts`;
    },
  },
];
