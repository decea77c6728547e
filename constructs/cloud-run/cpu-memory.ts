import type { Rule } from "../core/rules";
import { bytesOf, type Size } from "../core/size";

export interface SizeProps {
  /** CPUs: "1", "2", "4", "6", "8", or less than one, from "0.08" on. @default "1" */
  readonly cpu?: `${number}`;
  /** @default "512Mi"; "1Gi" for a worker pool */
  readonly memory?: Size;
}

export const cpuPage = "https://cloud.google.com/run/docs/configuring/services/cpu";

/** The most memory that so many CPUs have, and the least that they want. */
const memoryOf: readonly { readonly cpu: number; readonly least: Size; readonly most: Size }[] = [
  { cpu: 1, least: "128Mi", most: "4Gi" },
  { cpu: 2, least: "128Mi", most: "8Gi" },
  { cpu: 4, least: "2Gi", most: "16Gi" },
  { cpu: 6, least: "4Gi", most: "24Gi" },
  { cpu: 8, least: "4Gi", most: "32Gi" },
];

/** Less than one CPU has less memory, too. */
const shares: readonly { readonly below: number; readonly most: Size; readonly called: string }[] = [
  { below: 0.5, most: "512Mi", called: "half a CPU" },
  { below: 1, most: "1Gi", called: "one CPU" },
];

const LEAST_CPU = 0.08;
export const CPU = "1";
export const MEMORY: Size = "512Mi";

export const cpuMemoryRule: Rule<SizeProps> = {
  id: "cpu-memory",
  reads: ["cpu", "memory"],
  page: cpuPage,
  broken: ({ cpu = CPU, memory = MEMORY }) => brokenSizes(cpu, memory),
};

function brokenSizes(cpu: string, memory: string): string | undefined {
  const cpus = Number(cpu);
  const bytes = bytesOf(memory);
  if (bytes === undefined) return `memory is "${memory}": write a number and a unit, as in "512Mi" or "2Gi"`;
  const share = cpus >= LEAST_CPU ? shares.find(({ below }) => cpus < below) : undefined;
  if (share) {
    if (bytes <= sizeOf(share.most)) return undefined;
    return `memory is "${memory}" with ${cpu} CPU: less than ${share.called} has at most ${share.most}`;
  }
  const row = memoryOf.find((candidate) => candidate.cpu === cpus);
  if (row === undefined) {
    return `cpu is "${cpu}": Cloud Run takes 1, 2, 4, 6 or 8, or less than one, from ${LEAST_CPU} on`;
  }
  if (bytes >= sizeOf(row.least) && bytes <= sizeOf(row.most)) return undefined;
  return `memory is "${memory}" with ${cpu} CPU: Cloud Run takes ${row.least} to ${row.most}`;
}

/** Of a size that is written here, and so is one. */
export const sizeOf = (size: Size): number => bytesOf(size) ?? 0;

/** Without requests to share it out to, a container alone has a CPU of its own. */
export const wholeCpuRule: Rule<SizeProps & { readonly sidecars?: readonly unknown[] | undefined }> = {
  id: "cpu-whole",
  reads: ["cpu"],
  page: "https://cloud.google.com/run/docs/configuring/jobs/cpu",
  broken: ({ cpu = CPU, sidecars = [] }) =>
    Number(cpu) < 1 && sidecars.length === 0
      ? `cpu is "${cpu}": but for services, Cloud Run gives less than one CPU to one of several containers only`
      : undefined,
};
