import type { Construct } from "constructs";
import type { ContainerImage } from "../core/image";
import { limits } from "../core/limits";
import type { Rule, Rules } from "../core/rules";
import { bytesOf, type Size } from "../core/size";
import { list, literal } from "../core/text";
import { uses } from "../core/uses";
import type { AnyServiceAccount } from "../iam/service-account";

/** What services and worker pools have in common. */
export interface WorkloadProps {
  /** @default the construct's id */
  readonly name?: string;
  readonly image: ContainerImage;
  /** Plain text; it can be read by whoever may see the service. Undefined values are left away. */
  readonly env?: { readonly [name: string]: string | undefined };
  /** CPUs: "1", "2", "4", "6", "8", or less than one. @default "1" */
  readonly cpu?: `${number}`;
  /** @default "512Mi" for a service, "1Gi" for a worker pool */
  readonly memory?: Size;
  /** The account it runs as. @default one of its own, which may do nothing that is not granted */
  readonly identity?: AnyServiceAccount;
  /** @default the stack's labels */
  readonly labels?: { readonly [name: string]: string };
}

export const run = limits("Cloud Run");

const cpuPage = "https://cloud.google.com/run/docs/configuring/services/cpu";
const GIB = 1024 ** 3;
/** The most memory that so many CPUs have, and the least that they want. */
const memoryOf: readonly { readonly cpu: number; readonly least: Size; readonly most: Size }[] = [
  { cpu: 1, least: "128Mi", most: "4Gi" },
  { cpu: 2, least: "128Mi", most: "8Gi" },
  { cpu: 4, least: "2Gi", most: "16Gi" },
  { cpu: 6, least: "4Gi", most: "24Gi" },
  { cpu: 8, least: "4Gi", most: "32Gi" },
];
/** Set by Cloud Run itself. */
const reserved = ["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION", "CLOUD_RUN_WORKER_POOL", "CLOUD_RUN_REVISION"];

const cpuAndMemory: Rule<WorkloadProps> = {
  id: "cpu-memory",
  reads: ["cpu", "memory"],
  page: cpuPage,
  broken({ cpu = "1", memory = "512Mi" }) {
    const cpus = Number(cpu);
    const bytes = bytesOf(memory);
    if (bytes === undefined) return `memory is "${memory}": write a number and a unit, as in "512Mi" or "2Gi"`;
    if (cpus > 0 && cpus < 1) {
      return bytes <= GIB ? undefined : `memory is "${memory}" with ${cpu} CPU: less than one CPU has at most 1Gi`;
    }
    const row = memoryOf.find((candidate) => candidate.cpu === cpus);
    if (row === undefined) return `cpu is "${cpu}": Cloud Run takes 1, 2, 4, 6 or 8, or less than one`;
    if (bytes < (bytesOf(row.least) ?? 0) || bytes > (bytesOf(row.most) ?? 0)) {
      return `memory is "${memory}" with ${cpu} CPU: Cloud Run takes ${row.least} to ${row.most}`;
    }
    return undefined;
  },
};

export const workloadRules: Rules<WorkloadProps> = [
  run.matches(
    "name",
    /^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/,
    "takes 1 to 49 lower-case letters, digits and hyphens, a letter first",
    "https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create",
  ),
  cpuAndMemory,
  {
    id: "env-reserved",
    reads: [],
    page: "https://cloud.google.com/run/docs/container-contract#env-vars",
    broken({ env = {} }) {
      const taken = reserved.filter((name) => name in env);
      return taken.length === 0 ? undefined : `env has ${list(taken)}, which Cloud Run sets itself`;
    },
  },
];

/** The one container of a workload, as the provider takes it. */
export function containerOf(owner: Construct, props: WorkloadProps, identity: AnyServiceAccount, memory: Size) {
  const variables = Object.entries(props.env ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  for (const [name, text] of variables) uses.tell(owner, { member: identity.member, where: `env ${name}`, text });
  return {
    image: props.image.bind(owner),
    // Sorted: in another order they would be another revision.
    env: variables.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => ({ name, value: literal(value) })),
    resources: { limits: { cpu: props.cpu ?? "1", memory: props.memory ?? memory } },
  };
}

/** gcloud writes its own name and version into what it touches. */
export const setByGcloud = ["client", "client_version"];
