/** What the records of a log add up to: all that a restart needs, and what compaction writes down. */
import { bytes, field, int32, message, repeated, string } from "../../../pipeline/protobuf/message";
import type { Fold } from "../log/history";
import { idText } from "../source/message-id";
import { type Checkpoint, CheckpointMessage, type Context, type IdRun, type Totals } from "./record";
import { forEachId, RecordedIds } from "./recorded-ids";
import { RecordedOutput } from "./recorded-output";
import { RecordedState } from "./state-changes";

export interface Ledger {
  context: Context | undefined;
  /** Connected running time, in milliseconds. */
  running: number;
  readonly state: RecordedState;
  ids: RecordedIds;
  readonly outputs: Map<string, RecordedOutput>;
  totals: Totals;
  /** Owners that began, since one of them recorded a message or left in order. */
  starts: number;
  /** The message that was about to be worked on. */
  attempting: string | undefined;
  /** Messages at which one owner ended: it may have been killed by somebody else. */
  readonly suspects: Set<string>;
  /** Messages at which two owners ended: they become error rows unseen. */
  readonly condemned: Set<string>;
  /** The name of the last reset. */
  reset: string | undefined;
}

const noTotals = (): Totals => ({ messages: 0, duplicates: 0, late: 0, errors: {}, rows: {} });

const empty = (): Ledger => ({
  context: undefined,
  running: 0,
  state: new RecordedState(),
  ids: new RecordedIds(),
  outputs: new Map(),
  totals: noTotals(),
  starts: 0,
  attempting: undefined,
  suspects: new Set(),
  condemned: new Set(),
  reset: undefined,
});

export const ledgerFold: Fold<Ledger> = {
  empty,
  apply(ledger, record) {
    apply(ledger, CheckpointMessage.decode(record));
  },
  sealed(ledger) {
    ledger.starts += 1;
    if (ledger.attempting !== undefined) suspect(ledger, ledger.attempting);
    ledger.attempting = undefined;
  },
  encode,
  decode,
};

function apply(ledger: Ledger, checkpoint: Checkpoint): void {
  const { context, running, state, ids, acknowledged, outputs, totals, attempting, reset, released } = checkpoint;
  ledger.context = context ?? ledger.context;
  ledger.running = running;
  if (reset !== undefined) giveUpState(ledger, reset);
  ledger.state.apply(state);
  ledger.attempting = attempting;
  if (ids !== undefined) {
    ledger.ids.add(ids);
    ledger.starts = 0;
    acquit(ledger, ids);
  }
  if (released) ledger.starts = 0;
  for (const { from, to } of acknowledged) ledger.ids.confirm({ from, to, running });
  ledger.ids.expire(running);
  for (const change of outputs) {
    const output = ledger.outputs.get(change.output) ?? new RecordedOutput(change.output);
    ledger.outputs.set(change.output, output);
    output.apply(change);
  }
  ledger.totals = totals ?? ledger.totals;
}

function suspect({ suspects, condemned }: Ledger, id: string): void {
  if (suspects.delete(id)) condemned.add(id);
  else suspects.add(id);
}

/** What was recorded ended nobody. */
function acquit({ suspects, condemned }: Ledger, ids: IdRun): void {
  if (suspects.size === 0 && condemned.size === 0) return;
  forEachId(ids, (_, high, low, text) => {
    const id = text ?? idText(high, low);
    suspects.delete(id);
    condemned.delete(id);
  });
}

/** Forgets what was open, and which messages were in it. What is to be written belongs to messages long acknowledged. */
export function giveUpState(ledger: Ledger, name: string): void {
  const { next } = ledger.ids;
  ledger.state.clear();
  ledger.ids = new RecordedIds();
  ledger.ids.next = next;
  ledger.suspects.clear();
  ledger.condemned.clear();
  ledger.attempting = undefined;
  ledger.reset = name;
}

const LedgerMessage = message({
  /** A checkpoint that holds what a checkpoint can hold. */
  common: field(1, bytes),
  ids: field(2, bytes),
  outputs: field(3, repeated(bytes)),
  starts: field(4, int32),
  condemned: field(5, repeated(string)),
  suspects: field(6, repeated(string)),
});

function encode(ledger: Ledger): Uint8Array {
  const { context, running, totals, attempting, reset } = ledger;
  return LedgerMessage.encode({
    common: CheckpointMessage.encode({ context, running, totals, attempting, reset, state: ledger.state.encode() }),
    ids: ledger.ids.encode(),
    outputs: [...ledger.outputs.values()].map((output) => output.encode()),
    starts: ledger.starts,
    condemned: [...ledger.condemned],
    suspects: [...ledger.suspects],
  });
}

function decode(snapshot: Uint8Array): Ledger {
  const { common, ids, outputs, starts, condemned, suspects } = LedgerMessage.decode(snapshot);
  const { context, running, totals, attempting, reset, state } = CheckpointMessage.decode(common);
  const ledger = { ...empty(), context, running, totals: totals ?? noTotals(), attempting, reset, starts };
  ledger.state.apply(state);
  ledger.ids = RecordedIds.decode(ids);
  for (const content of outputs) {
    const output = RecordedOutput.decode(content);
    ledger.outputs.set(output.output, output);
  }
  for (const id of condemned) ledger.condemned.add(id);
  for (const id of suspects) ledger.suspects.add(id);
  return ledger;
}
