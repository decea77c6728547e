import { WireReader, type WireWriter } from "../../../pipeline/protobuf/wire";
import { type AccumulatorCodec, timings } from "./cell-codec";
import type { PaneTiming } from "./cells";
import type { MadeTrigger } from "./triggers/of-spec";
import type { TriggerState } from "./triggers/trigger";

/** One key from its first row to the gap after its last. */
export interface Session {
  /** By which it is recorded, whatever becomes of its window. */
  readonly id: number;
  readonly key: string;
  start: number;
  end: number;
  accumulators: unknown[];
  trigger: TriggerState;
  /** Elements since the last pane. */
  waiting: number;
  /** The processing time when the first of them came, where the trigger asks for it. */
  since: number | undefined;
  /** The watermark when the first of them came. */
  oldest: number;
  /** The trigger has fired since it began. */
  fired: boolean;
  /** Panes fired so far of this window. */
  panes: number;
  /** Of the last pane of this window. */
  timing: PaneTiming | undefined;
  /** The watermark has passed its end, and the panes of that moment are fired. */
  ended: boolean;
  /** The processing time at which it is to be looked at again, where there is one. */
  wake: number | undefined;
  /** The watermark at which it is to be looked at again: its end or its expiry, or earlier. */
  alarm: number;
  /** It differs from what is recorded. */
  changed: boolean;
  recorded: boolean;
  asked: boolean;
  gone: boolean;
  /** Another session of the key. */
  next: Session | undefined;
}

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
  session.since = earlier(session.since, other.since);
  session.oldest = Math.min(session.oldest, other.oldest);
  extend(session, other.start, other.end, trigger);
  beginAnew(session, trigger);
}

/** An element has come. */
export function came(session: Session, watermark: number, now: number, { trigger }: MadeTrigger): void {
  session.waiting += 1;
  if (trigger.seesElements) session.since ??= now;
  if (watermark < session.oldest) session.oldest = watermark;
}

function beginAnew(session: Session, { trigger, own }: MadeTrigger): void {
  const { waiting, since = Infinity } = session;
  session.fired = false;
  session.trigger = own(session.trigger);
  trigger.reset(session.trigger);
  if (waiting > 0) trigger.onElements(session.trigger, waiting, { now: since, ended: false });
}

const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

const FIRED = 4;

export function writeSession(writer: WireWriter, session: Session, codec: AccumulatorCodec): void {
  const { key, start, end, trigger, waiting, since = Infinity, oldest, fired, panes, timing, accumulators } = session;
  writer.uint32(timings.indexOf(timing) | (fired ? FIRED : 0));
  writer.string(key).double(start).double(end);
  writer.uint32(waiting).double(since).double(oldest);
  writer.uint32(panes).uint32(trigger.length);
  for (const value of trigger) writer.double(value);
  codec.write(writer, accumulators);
}

/** @param watermark of the moment at which it was recorded */
export function readSession(id: number, content: Uint8Array, watermark: number, codec: AccumulatorCodec): Session {
  const reader = new WireReader(content);
  const flags = reader.uint32();
  const key = reader.string();
  const [start, end] = [reader.double(), reader.double()];
  const waiting = reader.uint32();
  const [first, oldest] = [reader.double(), reader.double()];
  const since = first === Infinity ? undefined : first;
  const panes = reader.uint32();
  const trigger = Array.from({ length: reader.uint32() }, () => reader.double());
  const accumulators = codec.read(reader);
  const seen = { waiting, since, oldest, fired: (flags & FIRED) !== 0, panes, timing: timings[flags & 3] };
  const places = { wake: undefined, alarm: Infinity, changed: false, recorded: true, asked: false, gone: false };
  return { id, key, start, end, accumulators, trigger, ...seen, ended: end <= watermark, ...places, next: undefined };
}
