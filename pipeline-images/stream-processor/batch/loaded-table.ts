/**
 * Rows that replace all of a table, or one partition of it: attempts keep them as files of JSON lines in the run's
 * folder, and one load job puts in what the claims name. Its id follows from the run, so that it happens once however often it is asked for.
 * @see https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json
 */
import { eventJson } from "../../../pipeline/schema/event-json";
import { type PartitionBinding, partitionOfRun } from "../../../pipeline/partition";
import type { FieldSpec, Json } from "../../../pipeline/spec";
import { pause, type Clock } from "../../../runtime/clock";
import { pauseAfter } from "../../../runtime/retry";
import type { LogStore } from "../log/store";
import { timesAsText } from "../source/side-reader";
import type { Attempt, BatchOutput, BatchSink, Begun, Run, Staged } from "./batch-output";
import { ofPartition, partitionsOf } from "./partitions";
import { StagedLines } from "./staged-lines";
import { StagedObjects } from "./staged-objects";
import type { Tries } from "./tries";

/** What it asks of BigQuery's jobs. */
export interface TableLoads {
  /** @returns undefined where there is no such job */
  find(table: TableName, id: string): Promise<LoadJob | undefined>;
  /**
   * Starts a job that replaces the rows of a table by those of files. One of this id that is there already is it.
   * @param partition whose rows are replaced, by its id; undefined for all
   */
  replace(table: TableName, id: string, files: readonly string[], partition: string | undefined): Promise<void>;
}

export type TableName = readonly [project: string, dataset: string, table: string];

export interface LoadJob {
  readonly done: boolean;
  /** Why it came to nothing. */
  readonly problem?: { readonly message: string; readonly passing: boolean } | undefined;
}

export interface LoadedTableOptions {
  readonly output: string;
  readonly run: Run;
  readonly loads: TableLoads;
  readonly table: TableName;
  /** What is replaced of it. Undefined for all. */
  readonly partition?: PartitionBinding | undefined;
  /** Of its rows. */
  readonly fields: readonly FieldSpec[];
  readonly store: LogStore;
  /** The run's, in the store. */
  readonly folder: string;
  readonly tries: Tries;
  readonly clock: Clock;
  readonly refuse: (row: Json, why: string) => void;
}

/** Jobs one after the other, where one failed for no reason of its own. */
const MOST_JOBS = 5;

export class LoadedTable implements BatchSink {
  /** @throws Error where the store is no bucket: BigQuery reads no disk. */
  constructor(private readonly options: LoadedTableOptions) {
    const { output, store } = options;
    if (store.place.startsWith("gs://")) return;
    throw new Error(
      `CHECKPOINTS is ${store.place}, and output ${output} replaces a table, by files that BigQuery reads: give a bucket, gs://bucket/prefix`,
    );
  }

  open({ task, id }: Attempt, begun: Begun): BatchOutput {
    const { store, folder, output, tries, fields, partition, refuse } = this.options;
    const prefix = `${folder}/staged/${output}/${task}-${id}`;
    const lines = new StagedLines(new StagedObjects(store, prefix, tries), eventJson(timesAsText(fields)));
    const only = this.partition(begun);
    return partition === undefined || only === undefined ? lines : ofPartition(lines, partition, only, refuse);
  }

  async publish(staged: readonly Staged[], begun: Begun): Promise<void> {
    const { loads, table, store, tries } = this.options;
    const partition = this.partition(begun);
    const name = partition === undefined ? table.join(".") : `${table.join(".")}$${partition}`;
    for (let number = 0; number < MOST_JOBS; number += 1) {
      const id = this.jobId(number);
      if ((await tries(name, () => loads.find(table, id))) === undefined) {
        const files = await this.files(staged);
        const addresses = files.map((file) => `${store.place}${file}`);
        await tries(name, () => loads.replace(table, id, addresses, partition));
      }
      const { problem } = await this.end(id, name);
      if (problem === undefined) return;
      if (!problem.passing) throw new Error(`${name} was not replaced: ${problem.message}`);
    }
    throw new Error(`${name} was not replaced: ${MOST_JOBS} jobs have failed, ${this.jobId(0)} the first of them`);
  }

  /** What is in the run's folder goes away with it. */
  async clear(): Promise<void> {}

  /** Where there is no row, there is one file without any: what is replaced is emptied. */
  private async files(staged: readonly Staged[]): Promise<readonly string[]> {
    const files = staged.flatMap(({ parts }) => parts as readonly string[]);
    if (files.length > 0) return files;
    const { store, folder, output, tries } = this.options;
    const empty = `${folder}/staged/${output}/empty`;
    await tries(store.place, () => store.create(empty, new Uint8Array(0)));
    return [empty];
  }

  /** The same for all tasks and attempts: the day is that of the run, and not theirs. */
  private partition({ started }: Begun): string | undefined {
    const { partition, run } = this.options;
    return partition && partitionOfRun(partition, partitionsOf(run, started));
  }

  private async end(id: string, name: string): Promise<LoadJob> {
    const { loads, table, tries, clock } = this.options;
    for (let looks = 1; ; looks += 1) {
      const job = await tries(name, async () => (await loads.find(table, id)) ?? noJob(id));
      if (job.done) return job;
      await pause(clock, pauseAfter(looks));
    }
  }

  /** Letters, digits, _ and -. The same for all tasks of the run, and for no other run. */
  private jobId(number: number): string {
    const { run, output } = this.options;
    return `${run.pipeline}-${run.name}-${output}-${number}`.replaceAll(/[^A-Za-z0-9_-]/g, "_");
  }
}

function noJob(id: string): never {
  throw new Error(`BigQuery knows no job ${id}, which was begun`);
}
