import { paths, type ProcessorState, type ProcessorStatus } from "../../pipeline-images/stream-processor/contract";
import type { WorkloadView } from "../view";

/** What stream processors say of themselves, by the address of their service or worker pool. */
export type Statuses = { readonly [address: string]: ToldStatus };

/** In short at least: an image may be older than this. */
export type ToldStatus = ProcessorStatus & Partial<ProcessorState>;

const TIMEOUT = 1_000;

/**
 * Asks every process for its state. Who does not answer as a stream processor (a proxy, one that starts) is left
 * out. Of a workload with several processes, the one with the most messages speaks.
 */
export async function askStatuses(workloads: readonly WorkloadView[]): Promise<Statuses> {
  const asked = workloads.flatMap(({ address, instances }) =>
    instances.flatMap(({ controlUrl }) => (controlUrl === undefined ? [] : [{ address, controlUrl }])),
  );
  const answers = await Promise.all(
    asked.map(async ({ address, controlUrl }) => ({ address, status: await askStatus(controlUrl) })),
  );
  const statuses: { [address: string]: ToldStatus } = {};
  for (const { address, status } of answers) {
    if (status !== undefined && status.messages >= (statuses[address]?.messages ?? 0)) statuses[address] = status;
  }
  return statuses;
}

async function askStatus(controlUrl: string): Promise<ToldStatus | undefined> {
  try {
    const answer = await fetch(`${controlUrl}${paths.state}`, { signal: AbortSignal.timeout(TIMEOUT) });
    if (!answer.ok) {
      await answer.body?.cancel();
      return undefined;
    }
    const status: unknown = await answer.json();
    return isStatus(status) ? status : undefined;
  } catch {
    return undefined;
  }
}

const isStatus = (value: unknown): value is ToldStatus =>
  typeof value === "object" && value !== null && "pipeline" in value && "state" in value && "messages" in value;
