import { Token } from "cdktf";
import { type Divided, PARTITION, type PartitionBinding, whyNoPartition } from "../../pipeline/partition";
import type { TablePartition } from "../bigquery/partition";
import { type AnyTable, Table } from "../bigquery/table";
import type { Rule } from "../core/rules";

/** A partition as BigQuery names it behind a table's "$", or what stands for the one of a run. */
export type PartitionId = "{yesterday}" | "{partition}" | `${number}`;

/** What a runner is told of the partition that it replaces. */
export function partitionBinding(id: PartitionId, partition: TablePartition): PartitionBinding {
  return { id, ...divided(partition) };
}

function divided({ column, every = "day", range }: TablePartition): Divided {
  return { ...(column === undefined ? {} : { column }), ...(range === undefined ? { every } : { range }) };
}

/** What is wrong with the partition that an output replaces: sentences that go on after its name. */
export function partitionAmiss(
  id: PartitionId,
  table: string | AnyTable,
  { write, partition: told }: { readonly write?: string | undefined; readonly partition?: TablePartition },
): readonly string[] {
  if (write !== "truncate") {
    return [`has the partitionId "${id}", which is what "truncate" replaces: say write: "truncate", or leave it out`];
  }
  const partition = typeof table === "string" ? told : table.partition;
  if (partition === undefined) {
    return [
      typeof table === "string" || table instanceof Table
        ? `replaces the partition "${id}", and its table has none: give it a partition`
        : `replaces the partition "${id}" of a table of which nobody told how it is divided: Table.fromName(..., { partition })`,
    ];
  }
  const why = Token.isUnresolved(id) ? undefined : whyNoPartition(id, divided(partition));
  return why === undefined ? [] : [`replaces the partition "${id}", ${why}`];
}

interface Run {
  readonly into: { readonly [output: string]: object | string };
  readonly runner: { readonly kind: string };
  readonly schedule?: unknown;
}

/** Who runs a pipeline by the clock, or on Dataflow, tells it nothing of its own. */
export const partitionIsTold: Rule<Run> = {
  id: "partition-told",
  reads: [],
  page: "https://cloud.google.com/run/docs/execute/jobs#override-job-configuration",
  broken({ into, runner, schedule }) {
    const output = Object.entries(into).find(
      ([, to]) => typeof to === "object" && "partitionId" in to && to.partitionId === PARTITION,
    )?.[0];
    if (output === undefined) return undefined;
    if (runner.kind !== "job") {
      return `${output} replaces the partition "${PARTITION}", which an execution is told, and one of ${runner.kind} is told nothing: Runner.job()`;
    }
    return schedule === undefined
      ? undefined
      : `${output} replaces the partition "${PARTITION}", which an execution is told, and a schedule tells it nothing: leave it out and execute the job with PARTITION, or take "{yesterday}"`;
  },
};
