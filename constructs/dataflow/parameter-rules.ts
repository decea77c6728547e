import { Token } from "cdktf";
import type { Rules } from "../core/rules";
import { list } from "../core/text";
import type { Template } from "./template";
import { wants } from "./template-parameter";

/** What a job is told, as far as its template is concerned. */
interface Told {
  readonly template: Template;
  readonly parameters?: { readonly [name: string]: string };
}

/** Given as an option of the job and as a parameter, they conflict or drift. As Java names them. */
const reserved = new Set([
  "autoscalingAlgorithm",
  "dataflowKmsKey",
  "dataflowServiceOptions",
  "diskSizeGb",
  "enableStreamingEngine",
  "experiments",
  "flexRSGoal",
  "ipConfiguration",
  "jobName",
  "kmsKeyName",
  "labels",
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
  "usePublicIps",
  "workerDiskType",
  "workerMachineType",
  "workerRegion",
  "workerZone",
  "zone",
]);

const metadata = "https://cloud.google.com/dataflow/docs/guides/templates/using-flex-templates#metadataparameters";

/** Of every job, however it is started. The parameters are looked at one by one: those known only at apply pass. */
export const parameterRules: Rules<Told> = [
  {
    id: "parameters-reserved",
    reads: [],
    page: "https://cloud.google.com/dataflow/docs/reference/pipeline-options",
    broken({ parameters = {} }) {
      const taken = Object.keys(parameters).filter(isReserved);
      return taken.length === 0
        ? undefined
        : `parameters has ${list(taken)}: that is said by the job's own options, and in two places it drifts`;
    },
  },
  {
    id: "parameters-said",
    reads: [],
    page: metadata,
    broken({ template, parameters = {} }) {
      const twice = template.said.filter((name) => name in parameters);
      return twice.length === 0
        ? undefined
        : `parameters has ${list(twice)}, which the template says itself: leave it away here`;
    },
  },
  {
    id: "parameters-known",
    reads: [],
    page: metadata,
    broken({ template: { described }, parameters = {} }) {
      if (described === undefined) return undefined;
      const known = described.map(({ name }) => name);
      const unknown = Object.keys(parameters).filter((name) => !known.includes(name) && !isReserved(name));
      if (unknown.length === 0) return undefined;
      return `parameters has ${list(unknown)}: the template takes ${known.length === 0 ? "none" : list(known)}`;
    },
  },
  {
    id: "parameters-missing",
    reads: [],
    page: metadata,
    broken({ template: { described = [] }, parameters = {} }) {
      const missing = described.filter(({ name, isOptional }) => isOptional !== true && !(name in parameters));
      if (missing.length === 0) return undefined;
      return `parameters lacks ${list(missing.map(({ name, helpText }) => `${name} (${helpText})`))}`;
    },
  },
  {
    id: "parameters-form",
    reads: [],
    page: metadata,
    broken({ template: { described = [] }, parameters = {} }) {
      const wrong = described.flatMap((parameter) => {
        const value = parameters[parameter.name];
        if (value === undefined || Token.isUnresolved(value)) return [];
        const wanted = wants(parameter, value);
        return wanted === undefined ? [] : [`${parameter.name} is "${value}": the template takes ${wanted}`];
      });
      return wrong.length === 0 ? undefined : wrong.map((sentence) => `parameters.${sentence}`).join("; ");
    },
  },
];

/** Whether a job has an option for what a parameter, or an option of the SDK, is called. */
export const isReserved = (name: string): boolean =>
  // Python and Go write "max_num_workers".
  reserved.has(name.replace(/_+([a-z])/g, (_, letter: string) => letter.toUpperCase()));
