import type { WireReader, WireWriter } from "../../../pipeline/protobuf/wire";
import type { AccumulatorCodec } from "./cell-codec";
import { type PaneTiming, timings } from "./cells";
import { hashOf } from "./key-hash";
import type { MadeTrigger } from "./triggers/of-spec";
import type { TriggerState } from "./triggers/trigger";

/** One key from its first row to the gap after its last. */
export interface Session {
  /** By which it is recorded, whatever becomes of its window. */
  id: number;
  key: string;
  /** Of the key. */
  hash: number;
  start: number;
  end: number;
  accumulators: unknown[];
  trigger: TriggerState;
  /** Elements since the last pane. */
  waiting: number;
  /** The processing time when the first of them came, where the trigger asks for it; else Infinity. */
  since: number;
  /** The watermark when the first of them came; Infinity where there are none. */
  oldest: number;
  /** The trigger has fired since it began. */
  fired: boolean;
  /** Panes fired so far of this window. */
  panes: number;
  /** Of the last pane of this window. */
  timing: PaneTiming | undefined;
  /** The watermark has passed its end, and the panes of that moment are fired. */
  ended: boolean;
  /** The processing time at which it is to be looked at again, or Infinity. */
  wake: number;
  /** There was such a time. */
  woken: boolean;
  /** The watermark at which it is to be looked at again: its end or its expiry, or earlier. */
  alarm: number;
  /** In how many lists of alarms it lies. */
  alarms: number;
  /** Its place among those that differ from what is recorded, or -1. */
  changed: number;
  recorded: boolean;
  asked: boolean;
  gone: boolean;
  /** In its chain. */
  next: Session | undefined;
}

/**
 * One of no key and no window. What every row looks at stands together: there are more sessions than the cache holds.
 * Times are Infinity, which V8 keeps as it keeps times, so that all sessions have one form.
 */
export const newSession = (accumulators: unknown[], trigger: TriggerState): Session => ({
  hash: 0,
  next: undefined,
  key: "",
  start: Infinity,
  end: Infinity,
  accumulators,
  waiting: 0,
  changed: -1,
  fired: false,
  ended: false,
  asked: false,
  panes: 0,
  timing: undefined,
  oldest: Infinity,
  alarm: Infinity,
  alarms: 0,
  trigger,
  since: Infinity,
  wake: Infinity,
  woken: false,
  gone: false,
  recorded: false,
  id: 0,
});

/**
 * A row's own window becomes part of a session. In that window nothing has fired, so the trigger begins anew with what no
 * pane has held: the end of the session is waited for once more, even where it has passed. A window that is another
 * has fired no pane.
 */
export function extend(session: Session, start: number, end: number, trigger: MadeTrigger): void {
  if (start < session.start || end > session.end) {
    session.start = Math.min(start, session.start);
    session.end = Math.max(end, session.end);
    session.panes = 0;
    session.timing = undefined;
  }
  if (session.fired) beginAnew(session, trigger);
}

/** Another session becomes part of this one. */
export function unite(session: Session, other: Session, trigger: MadeTrigger): void {
  session.waiting += other.waiting;
  session.since = Math.min(session.since, other.since);
  session.oldest = Math.min(session.oldest, other.oldest);
  extend(session, other.start, other.end, trigger);
  beginAnew(session, trigger);
}

/** An element has come. */
export function came(session: Session, watermark: number, now: number, { trigger }: MadeTrigger): void {
  session.waiting += 1;
  // Neither time goes back.
  if (session.waiting > 1) return;
  session.oldest = watermark;
  if (trigger.seesElements) session.since = now;
}

function beginAnew(session: Session, { trigger, own }: MadeTrigger): void {
  const { waiting, since } = session;
  session.fired = false;
  session.trigger = own(session.trigger);
  trigger.reset(session.trigger);
  if (waiting > 0) trigger.onElements(session.trigger, waiting, { now: since, ended: false });
}

const FIRED = 4;

export function writeSession(writer: WireWriter, session: Session, codec: AccumulatorCodec): void {
  const { key, start, end, trigger, waiting, since, oldest, fired, panes, timing, accumulators } = session;
  writer.uint32(timings.indexOf(timing) | (fired ? FIRED : 0));
  writer.string(key).double(start).double(end);
  writer.uint32(waiting).double(since).double(oldest);
  writer.uint32(panes).uint32(trigger.length);
  for (const value of trigger) writer.double(value);
  codec.write(writer, accumulators);
}

/** @param watermark of the moment at which it was recorded */
export function readSession(id: number, reader: WireReader, watermark: number, codec: AccumulatorCodec): Session {
  const flags = reader.uint32();
  const key = reader.string();
  const [start, end] = [reader.double(), reader.double()];
  const waiting = reader.uint32();
  const [since, oldest] = [reader.double(), reader.double()];
  const panes = reader.uint32();
  const trigger = Array.from({ length: reader.uint32() }, () => reader.double());
  const accumulators = codec.read(reader);
  const seen = { waiting, since, oldest, fired: (flags & FIRED) !== 0, panes, timing: timings[flags & 3] };
  const window = { start, end, ended: end <= watermark };
  return Object.assign(newSession(accumulators, trigger), {
    id,
    key,
    hash: hashOf(key),
    ...window,
    ...seen,
    recorded: true,
  });
}
