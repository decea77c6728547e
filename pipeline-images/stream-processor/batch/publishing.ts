/** What is left once all tasks of a run are claimed: their rows are made to be seen, and counted. */
import type { Json } from "../../../pipeline/spec";
import type { Clock } from "../../../runtime/clock";
import type { Log } from "../../../runtime/log";
import type { BatchRunReport } from "../contract";
import type { LogStore } from "../log/store";
import { writeErrorRow } from "../operators/error-rows";
import { ERRORS } from "../processor/meaning";
import type { Attempt, BatchSink, Begun, Run, Staged } from "./batch-output";
import type { Claim, Claims, Manifest, Refused } from "./claims";
import { type Counts, metricsText, sumOfCounts } from "./counts";
import { deleteObjects } from "./staged-objects";
import type { Tries } from "./tries";

export interface PublishingOptions {
  readonly run: Run;
  readonly attempt: Attempt;
  readonly claims: Claims;
  /** By output; the error output is the last. */
  readonly sinks: ReadonlyMap<string, BatchSink>;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: LogStore;
  /** The run's, in the store. */
  readonly folder: string;
  /** Where the run's counts are written. */
  readonly metrics: LogStore | undefined;
  readonly tries: Tries;
}

const nothing: Staged = { rows: 0, parts: [] };

export class Publishing {
  private readonly refusedRows: (readonly [output: string, row: Json, why: string])[] = [];

  constructor(private readonly options: PublishingOptions) {}

  /** A sink will not take a row of the run, now that it sees it. */
  refuse(output: string, row: Json, why: string): void {
    if (output === ERRORS) this.options.log("WARNING", `an error row was not taken: ${why}`);
    else this.refusedRows.push([output, row, why]);
  }

  /** It may be called any number of times, by several at once: what is done stays so. */
  async all(manifest: Manifest, claims: readonly Claim[]): Promise<void> {
    const { sinks, store, folder } = this.options;
    const stagedOf = (output: string): readonly Staged[] => claims.map(({ staged }) => staged[output] ?? nothing);
    for (const [name, sink] of sinks) if (name !== ERRORS) await sink.publish(stagedOf(name), manifest);
    const refused = await this.refused(manifest);
    const errors = [...stagedOf(ERRORS), ...(refused === undefined ? [] : [refused.staged])];
    await sinks.get(ERRORS)?.publish(errors, manifest);
    await this.tell(manifest, countsOf(claims, refused));
    for (const [name, sink] of sinks) await sink.clear(name === ERRORS ? errors : stagedOf(name));
    await deleteObjects(store, await store.list(`${folder}/staged/`).catch(() => []));
  }

  /** Error rows of what was refused just now, or when this was done before. */
  private async refused(run: Begun): Promise<Refused | undefined> {
    const { claims, sinks, attempt } = this.options;
    const there = await claims.refused();
    if (there !== undefined || this.refusedRows.length === 0) return there;
    const id = `${attempt.id}-late`;
    const output = sinks.get(ERRORS)?.open({ task: 0, id, late: true }, run);
    const rows: { [output: string]: number } = {};
    for (const [name, row, why] of this.refusedRows) {
      output?.take(writeErrorRow(name, why, row), 0, undefined);
      rows[name] = (rows[name] ?? 0) + 1;
    }
    const refused = await claims.claimRefused({ attempt: id, staged: (await output?.finish()) ?? nothing, rows });
    if (refused.attempt !== id) await output?.abort();
    return refused;
  }

  /** The counts are kept before the run is called done, and said after that. */
  private async tell({ started }: Manifest, counts: Counts): Promise<void> {
    const { run, clock, claims, log, metrics, tries } = this.options;
    const ended = clock.now();
    if (metrics !== undefined) {
      const text = metricsText({ ...counts, ...run, run: run.name, started, ended });
      await tries(metrics.place, () => metrics.create(`${run.name}.txt`, Buffer.from(text)));
    }
    await claims.done(ended);
    const report: BatchRunReport = {
      kind: "run",
      pipeline: run.pipeline,
      run: run.name,
      rowsRead: counts.read,
      rowsWritten: sumOf(counts.rows),
      bytesRead: counts.bytes,
      errorRows: sumOf(counts.errors),
      seconds: Math.round((ended - started) / 1_000),
    };
    log("INFO", `${run.pipeline}: all rows of run ${run.name} are written`, { ...report });
  }
}

/** Of all tasks; a row that was refused late is an error row, and no row of its output. */
function countsOf(claims: readonly Claim[], refused: Refused | undefined): Counts {
  const late = refused?.rows ?? {};
  const lateRows = sumOf(late);
  const fewer = Object.entries(late).map(([name, rows]) => [outputName(name), -rows] as const);
  return sumOfCounts([
    ...claims.map(({ counts }) => counts),
    {
      read: 0,
      bytes: 0,
      errors: lateRows === 0 ? {} : { write: lateRows },
      rows: { ...Object.fromEntries(fewer), ...(lateRows > 0 && { [outputName(ERRORS)]: lateRows }) },
    },
  ]);
}

const sumOf = (counts: { readonly [name: string]: number }): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** An output's name, as counts have it. */
export const outputName = (output: string): string => (output === ERRORS ? "errors" : output);
