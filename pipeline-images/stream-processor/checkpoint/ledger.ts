/** What the records of a log add up to: all that a restart needs, and what compaction writes down. */
import { bytes, field, int32, int64, message, repeated, string } from "../../../pipeline/protobuf/message";
import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import type { Fold } from "../log/history";
import { idText } from "../source/message-id";
import { type Checkpoint, CheckpointMessage, type Context, type IdRun, isForgotten, type Totals } from "./record";
import { forEachId, RecordedIds } from "./recorded-ids";
import { RecordedOutput } from "./recorded-output";
import { RecordedState } from "./recorded-state";

export interface Ledger {
  context: Context | undefined;
  readonly state: RecordedState;
  /** By input. */
  readonly sources: Map<string, RecordedSource>;
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
  /** The last record was the end of a drain. */
  drained: boolean;
  /** What ran last: see Definition. */
  definition: string | undefined;
}

/** What is recorded of an input's messages. */
export interface RecordedSource {
  /** Connected running time, in milliseconds. */
  running: number;
  ids: RecordedIds;
}

/** What is recorded of an input; from now on there is something. */
export function sourceOf({ sources }: Ledger, input: string): RecordedSource {
  const source = sources.get(input) ?? { running: 0, ids: new RecordedIds() };
  sources.set(input, source);
  return source;
}

/** How a message is called among those of all inputs. */
export const messageName = (input: string, id: string): string => `${input} ${id}`;

const noTotals = (): Totals => ({ messages: 0, duplicates: 0, late: 0, errors: {}, rows: {} });

const empty = (): Ledger => ({
  context: undefined,
  state: new RecordedState(),
  sources: new Map(),
  outputs: new Map(),
  totals: noTotals(),
  starts: 0,
  attempting: undefined,
  suspects: new Set(),
  condemned: new Set(),
  reset: undefined,
  drained: false,
  definition: undefined,
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
  const { context, state, sources, outputs, totals, attempting, reset, released, drained, definition } = checkpoint;
  if (context !== undefined) forgetInputs(ledger, context);
  ledger.context = context ?? ledger.context;
  ledger.drained = drained;
  ledger.definition = definition ?? ledger.definition;
  if (reset !== undefined) giveUpState(ledger, reset);
  ledger.state.apply(state);
  ledger.attempting = attempting;
  if (released) ledger.starts = 0;
  for (const { input, running, ids, acknowledged } of sources) {
    const source = sourceOf(ledger, input);
    source.running = running;
    if (ids !== undefined) {
      source.ids.add(ids);
      ledger.starts = 0;
      acquit(ledger, input, ids);
    }
    for (const { from, to } of acknowledged) source.ids.confirm({ from, to, running });
    source.ids.expire(running);
  }
  for (const change of outputs) {
    const output = ledger.outputs.get(change.output) ?? new RecordedOutput(change.output);
    ledger.outputs.set(change.output, output);
    output.apply(change);
    if (isForgotten(change)) ledger.outputs.delete(change.output);
  }
  ledger.totals = totals ?? ledger.totals;
}

/** An input that the pipeline no longer has: should one of its name come back, it begins anew. */
function forgetInputs({ sources }: Ledger, { subscriptions }: Context): void {
  for (const input of sources.keys()) if (!(input in subscriptions)) sources.delete(input);
}

function suspect({ suspects, condemned }: Ledger, id: string): void {
  if (suspects.delete(id)) condemned.add(id);
  else suspects.add(id);
}

/** What was recorded ended nobody. */
function acquit({ suspects, condemned }: Ledger, input: string, ids: IdRun): void {
  if (suspects.size === 0 && condemned.size === 0) return;
  forEachId(ids, (_, high, low, text) => {
    const name = messageName(input, text ?? idText(high, low));
    suspects.delete(name);
    condemned.delete(name);
  });
}

/** Forgets what was open, and which messages were in it. What is to be written belongs to messages long acknowledged. */
export function giveUpState(ledger: Ledger, name: string): void {
  ledger.state.clear();
  for (const source of ledger.sources.values()) {
    const { next } = source.ids;
    source.ids = new RecordedIds();
    source.ids.next = next;
  }
  ledger.suspects.clear();
  ledger.condemned.clear();
  ledger.attempting = undefined;
  ledger.reset = name;
}

/** Steps and sources have taken up what was recorded of them, and a compaction reads the log: it is not kept beside them. */
export function letGo({ state, sources }: Ledger): void {
  state.clear();
  for (const source of sources.values()) source.ids = new RecordedIds();
}

const COMMON = 1;
const LedgerMessage = message({
  /** A checkpoint that holds what a checkpoint can hold. */
  common: field(COMMON, bytes),
  outputs: field(3, repeated(bytes)),
  starts: field(4, int32),
  condemned: field(5, repeated(string)),
  suspects: field(6, repeated(string)),
  sources: field(7, repeated(message({ input: field(1, string), running: field(2, int64), ids: field(3, bytes) }))),
});

/** The state is not copied into its messages: it may be most of the memory. Their fields may come in any order. */
function encode(ledger: Ledger): readonly Uint8Array[] {
  const { context, totals, attempting, reset, drained, definition, state } = ledger;
  const common = CheckpointMessage.encode({ context, totals, attempting, reset, drained, definition });
  const stateHead = headOf(CheckpointMessage.fields.state.number, state.length);
  const commonHead = headOf(COMMON, common.length + stateHead.length + state.length);
  const rest = LedgerMessage.encode({
    sources: [...ledger.sources].map(([input, { running, ids }]) => ({ input, running, ids: ids.encode() })),
    outputs: [...ledger.outputs.values()].map((output) => output.encode()),
    starts: ledger.starts,
    condemned: [...ledger.condemned],
    suspects: [...ledger.suspects],
  });
  return [commonHead, common, stateHead, ...state.parts(), rest];
}

/** What stands before the bytes of a field. */
const headOf = (number: number, length: number): Uint8Array =>
  new WireWriter().tag(number, WireType.bytes).uint32(length).finish();

function decode(snapshot: Uint8Array): Ledger {
  const { common, sources, outputs, starts, condemned, suspects } = LedgerMessage.decode(snapshot);
  const { context, totals, attempting, reset, state, drained, definition } = CheckpointMessage.decode(common);
  const ledger = { ...empty(), context, totals: totals ?? noTotals(), attempting, reset, drained, definition, starts };
  ledger.state.apply(state);
  for (const { input, running, ids } of sources) {
    ledger.sources.set(input, { running, ids: RecordedIds.decode(ids) });
  }
  for (const content of outputs) {
    const output = RecordedOutput.decode(content);
    ledger.outputs.set(output.output, output);
  }
  for (const id of condemned) ledger.condemned.add(id);
  for (const id of suspects) ledger.suspects.add(id);
  return ledger;
}
