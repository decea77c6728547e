/** What a run has counted: of one task, and of all of them. */
export interface Counts {
  /** Of all inputs, those that are no rows among them. */
  readonly read: number;
  /** Of files, as they are stored. */
  readonly bytes: number;
  /** Error rows, by reason. */
  readonly errors: { readonly [reason: string]: number };
  /** Rows written, by output. */
  readonly rows: { readonly [output: string]: number };
}

const noCounts: Counts = { read: 0, bytes: 0, errors: {}, rows: {} };

export const sumOfCounts = (all: readonly Counts[]): Counts =>
  all.reduce(
    (sum, { read, bytes, errors, rows }) => ({
      read: sum.read + read,
      bytes: sum.bytes + bytes,
      errors: added(sum.errors, errors),
      rows: added(sum.rows, rows),
    }),
    noCounts,
  );

type Named = { readonly [name: string]: number };

const added = (to: Named, more: Named): Named => {
  const sum = { ...to };
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
};

export interface RunMetrics extends Counts {
  readonly pipeline: string;
  readonly run: string;
  readonly tasks: number;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly ended: number;
}

/** A line a number, as Prometheus reads text: `name{label="..."} value`. */
export function metricsText({ pipeline, run, tasks, started, ended, read, bytes, errors, rows }: RunMetrics): string {
  const about = `pipeline=${quoted(pipeline)},run=${quoted(run)}`;
  const line = (name: string, value: number, label?: string): string =>
    `batch_${name}{${about}${label === undefined ? "" : `,${label}`}} ${value}\n`;
  return [
    line("start_time_seconds", started / 1_000),
    line("end_time_seconds", ended / 1_000),
    line("tasks", tasks),
    line("rows_read", read),
    line("bytes_read", bytes),
    ...Object.entries(rows).map(([output, count]) => line("rows_written", count, `output=${quoted(output)}`)),
    ...Object.entries(errors).map(([reason, count]) => line("error_rows", count, `reason=${quoted(reason)}`)),
  ].join("");
}

/** As Prometheus has labels: what JSON escapes of names, it does as well. */
const quoted = (text: string): string => JSON.stringify(text);
