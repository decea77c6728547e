/** What is told of a processor: in short, and all of it. */
import { timestampOfMilliseconds } from "../../../pipeline/schema/timestamp";
import type { MemoryState, ProcessorState, ProcessorStatus } from "../contract";
import type { LogWriter } from "../log/owner";
import { sinkName } from "../sinks/kinds";
import { type Bound, ERRORS } from "./meaning";
import type { Parts } from "./parts";

type Counted = Omit<ProcessorStatus, "pipeline" | "mode" | "state" | "problem">;

/** What has been counted so far; nothing, as long as it owns no log. */
export function countedOf(parts: Parts | undefined): Counted {
  if (parts === undefined) return nothingCounted;
  const { work, intake } = parts;
  const { messages, duplicates, late, errors, rows } = work.totals;
  const { watermark } = work.engine;
  let unwritten = 0;
  for (const output of work.outputs.values()) unwritten += output.unwritten + output.buffered;
  return {
    watermark: Number.isFinite(watermark) ? timestampOfMilliseconds(watermark) : null,
    messages,
    duplicates,
    late,
    errors,
    rows,
    unwritten,
    unacknowledged: work.unacknowledged + intake.waiting,
  };
}

export const nothingCounted: Counted = {
  watermark: null,
  messages: 0,
  duplicates: 0,
  late: 0,
  errors: {},
  rows: {},
  unwritten: 0,
  unacknowledged: 0,
};

/** A processor that has nothing yet. */
export const stateWithout = (status: ProcessorStatus, memory: MemoryState): ProcessorState => ({
  ...status,
  watermarkAgeSeconds: null,
  steps: {},
  refused: [],
  checkpoints: null,
  sources: {},
  outputs: {},
  memory,
});

export interface OwnedState {
  readonly status: ProcessorStatus;
  readonly memory: MemoryState;
  readonly bound: Bound;
  readonly parts: Parts;
  readonly log: LogWriter;
  readonly place: string;
  readonly restoreMilliseconds: number;
  readonly now: number;
}

/** One that owns its log. */
export function stateOf({
  status,
  memory,
  bound,
  parts,
  log,
  place,
  restoreMilliseconds,
  now,
}: OwnedState): ProcessorState {
  const { work, checkpointer, sources } = parts;
  const { rows } = work.totals;
  const { watermark } = work.engine;
  const { term, seq } = log.durable;
  return {
    ...status,
    watermarkAgeSeconds: Number.isFinite(watermark) ? Math.round((now - watermark) / 1_000) : null,
    steps: work.engine.held,
    refused: work.refusals.all,
    checkpoints: {
      place,
      term,
      sequence: seq,
      last: timestampOfMilliseconds(checkpointer.last),
      milliseconds: checkpointer.took,
      bytes: checkpointer.size,
      restoreMilliseconds,
    },
    sources: Object.fromEntries(
      sources.map(({ work: { input, acknowledgements, remembered }, connection }) => [
        input,
        {
          subscription: bound.subscriptions[input] ?? "",
          connected: connection.connected,
          unacknowledged: acknowledgements.unacknowledged,
          messageIds: remembered,
        },
      ]),
    ),
    outputs: Object.fromEntries(
      [...work.outputs.values()].map(({ name, unwritten, buffered, unwrittenBytes, bufferedBytes }) => [
        name,
        {
          to: sinkOf(bound, name),
          rows: rows[name] ?? 0,
          unwritten: unwritten + buffered,
          unwrittenBytes: unwrittenBytes + bufferedBytes,
        },
      ]),
    ),
    memory,
  };
}

function sinkOf({ outputs, errors }: Bound, output: string): string {
  const binding = outputs[output];
  return binding === undefined || output === ERRORS ? errors : sinkName(binding);
}
