/** Runs that are for one day, or one partition: what they are told of it, and the rows that belong to it. */
import { dayBefore } from "../../../pipeline/bindings";
import {
  PARTITION,
  type PartitionBinding,
  partitionOf,
  partitionOfRun,
  type PartitionsOfRun,
  YESTERDAY,
} from "../../../pipeline/partition";
import type { Json } from "../../../pipeline/spec";
import type { BatchEnvironment } from "../settings";
import type { BatchOutput, Run } from "./batch-output";

/** @param started milliseconds since the epoch */
export const partitionsOf = ({ yesterday, partition }: Run, started: number): PartitionsOfRun => ({
  yesterday: yesterday ?? dayBefore(new Date(started)),
  partition,
});

/**
 * Before a row is read: the run is told what it needs to know, and nothing that it would not heed.
 * @throws Error
 */
export function checkPartitions({
  inputs,
  outputs,
  errors,
  yesterday,
  partition,
}: Pick<BatchEnvironment, "inputs" | "outputs" | "errors" | "yesterday" | "partition">): void {
  const ids: string[] = [];
  for (const [name, binding] of [...Object.entries(outputs), ["errors", errors] as const]) {
    if (!("table" in binding) || binding.partition === undefined) continue;
    ids.push(binding.partition.id);
    try {
      // Which day it is does not matter to whether it is one.
      partitionOfRun(binding.partition, { yesterday: yesterday ?? "2024-01-31", partition });
    } catch (error) {
      throw new Error(`output ${name}: ${(error as Error).message}`, { cause: error });
    }
  }
  const files = Object.values(inputs).flatMap((binding) => ("files" in binding ? [binding.files] : []));
  if (partition !== undefined && !ids.includes(PARTITION)) {
    throw new Error(`PARTITION is ${partition}, and no output replaces the partition ${PARTITION}: run it without`);
  }
  if (yesterday !== undefined && ![...ids, ...files].some((text) => text.includes(YESTERDAY))) {
    throw new Error(
      `YESTERDAY is ${yesterday}, and nothing that is read or replaced is of ${YESTERDAY}: run it without`,
    );
  }
}

/**
 * Only the rows of one partition: BigQuery would refuse all of them for one that belongs elsewhere. Where rows are divided
 * by their arrival, none does.
 */
export function ofPartition(
  rows: BatchOutput,
  { column, ...divided }: PartitionBinding,
  only: string,
  refuse: (row: Json, why: string) => void,
): BatchOutput {
  if (column === undefined) return rows;
  const idOf = partitionOf(divided);
  return {
    take(row, time, window) {
      const id = idOf(row[column]);
      if (id === only) return rows.take(row, time, window);
      const where = id === undefined ? "in no partition of its own" : `in partition ${id}`;
      refuse(row, `${column} is ${JSON.stringify(row[column])}, ${where}, and the run replaces partition ${only}`);
    },
    flush: () => rows.flush(),
    finish: () => rows.finish(),
    abort: () => rows.abort(),
  };
}
