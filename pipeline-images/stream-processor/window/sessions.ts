/**
 * Sessions: windows that belong to a key and grow with its rows. A row by itself is a session from its time until the
 * gap after it; those that overlap are one. Two rows exactly one gap apart are two sessions, and a row is judged late by
 * its own window, before it meets others: both as Beam has it.
 */
import type { Store, StateChanges } from "../checkpoint/state-changes";
import { Alarms } from "./alarms";
import type { PaneTiming } from "./cells";
import type { Groups, GroupsOptions } from "./groups";
import type { Drop, RowWindow } from "./row-window";
import { came, extend, readSession, type Session, unite, writeSession } from "./session";
import { Timers } from "./timers";
import type { Moment } from "./triggers/trigger";

export interface SessionGroupsOptions<Row> extends GroupsOptions<Row> {
  /** Milliseconds. */
  readonly gap: number;
}

const MANY = 10_000;

/** The group of the store in which all sessions are. */
const ALL = "";

export class SessionGroups<Row> implements Groups<Row> {
  /** The first session of each key; others follow it. */
  private readonly sessions = new Map<string, Session>();
  private readonly alarms = new Alarms<Session>();
  private readonly wakes = new Timers<Session>();
  private readonly moment: Moment = { now: 0, ended: false };
  /** Ended, with something that came before their end and was not fired: they hold back what comes out. */
  private readonly holding = new Set<Session>();
  private asked: Session[] = [];
  private changed: Session[] = [];
  /** How many of them are looked through for what is gone. */
  private many = MANY;
  private next = 0;
  private count = 0;
  private watermark = -Infinity;
  private output = -Infinity;

  /** The accumulators of all that is gone. */
  private readonly nothing: unknown[];

  constructor(private readonly options: SessionGroupsOptions<Row>) {
    this.nothing = options.accumulation.empty();
  }

  add(key: string, row: Row, time: number, now: number, drop: Drop): void {
    const end = time + this.options.gap;
    if (end + this.options.allowedLateness <= this.watermark) return drop("expired", { start: time, end });
    let found: Session | undefined;
    let others: Session[] | undefined;
    for (let one = this.sessions.get(key); one !== undefined; one = one.next) {
      if (one.start >= end || time >= one.end) continue;
      if (found === undefined) found = one;
      else (others ??= []).push(one);
    }
    if (others !== undefined && found !== undefined) this.bridge([found, ...others], row, time, end, now);
    else if (found !== undefined) this.put(found, row, time, end, now);
    else this.open(key, row, time, time, end, now);
  }

  /** The window was merged where it comes from, and is not merged again: as Beam's after the first group by key. */
  addIn({ start, end }: RowWindow, key: string, row: Row, time: number, now: number, drop: Drop): void {
    if (end + this.options.allowedLateness <= this.watermark) return drop("expired", { start, end });
    let found = this.sessions.get(key);
    while (found !== undefined && (found.start !== start || found.end !== end)) found = found.next;
    if (found === undefined) return this.open(key, row, time, start, end, now);
    // Nothing becomes one here, so that its trigger goes on where it is.
    this.options.accumulation.add(found.accumulators, row, time);
    this.touch(found, now);
  }

  endBatch(now: number): void {
    if (this.asked.length === 0) return;
    const asked = this.asked;
    this.asked = [];
    for (const session of asked) {
      session.asked = false;
      this.fireIfReady(session, now);
    }
    this.moveOutput();
  }

  advanceClock(now: number): void {
    if (this.wakes.earliest >= now) return;
    while (this.wakes.earliest < now) {
      const time = this.wakes.earliest;
      for (const session of this.wakes.next()) if (session.wake === time) this.fireIfReady(session, now);
    }
    this.moveOutput();
  }

  advanceWatermark(to: number, now: number): void {
    if (to <= this.watermark) return;
    this.watermark = to;
    this.alarms.advance(to, (session, time) => this.ring(session, time, now));
    this.moveOutput();
  }

  get outputWatermark(): number {
    return this.output;
  }

  get openWindows(): number {
    return this.size;
  }

  get size(): number {
    return this.count;
  }

  get changes(): boolean {
    return this.changed.length > 0;
  }

  writeChanges(changes: StateChanges): void {
    for (const session of this.changed) {
      session.changed = false;
      const name = String(session.id);
      if (!session.gone) changes.put(ALL, name, (writer) => writeSession(writer, session, this.options.accumulation));
      else if (session.recorded) changes.left(ALL, name);
      session.recorded = true;
    }
    this.changed = [];
    this.many = MANY;
  }

  restore(watermark: number, store: Store): void {
    this.watermark = watermark;
    for (const [id, content] of store.get(ALL) ?? []) {
      const session = readSession(Number(id), content, watermark, this.options.accumulation);
      this.next = Math.max(this.next, session.id + 1);
      this.link(session);
      this.setAlarm(session);
      this.setWake(session);
      this.setHold(session);
    }
    this.moveOutput();
  }

  private open(key: string, row: Row, time: number, start: number, end: number, now: number): void {
    const { accumulation, trigger } = this.options;
    const accumulators = accumulation.empty();
    accumulation.add(accumulators, row, time);
    const ended = end <= this.watermark;
    const session: Session = {
      id: this.next,
      key,
      start,
      end,
      accumulators,
      trigger: trigger.initial,
      waiting: 0,
      since: undefined,
      oldest: Infinity,
      fired: false,
      panes: 0,
      timing: undefined,
      ended,
      wake: undefined,
      alarm: Infinity,
      changed: false,
      recorded: false,
      asked: false,
      gone: false,
      next: undefined,
    };
    this.next += 1;
    this.link(session);
    this.touch(session, now);
  }

  private put(session: Session, row: Row, time: number, end: number, now: number): void {
    this.options.accumulation.add(session.accumulators, row, time);
    extend(session, time, end, this.options.trigger);
    this.touch(session, now);
  }

  /** A row between sessions makes them one: the first of them, the others are gone. */
  private bridge(met: readonly Session[], row: Row, time: number, end: number, now: number): void {
    const { accumulation, trigger } = this.options;
    const [first, ...others] = met.toSorted((a, b) => a.start - b.start) as [Session, ...Session[]];
    let { accumulators } = first;
    for (const other of others) accumulators = accumulation.merge(accumulators, other.accumulators);
    accumulation.add(accumulators, row, time);
    // Only now: where they cannot be one with the row, nothing has changed.
    first.accumulators = accumulators;
    for (const other of others) {
      unite(first, other, trigger);
      this.remove(other);
    }
    extend(first, time, end, trigger);
    this.touch(first, now);
  }

  /** A row has been put in. */
  private touch(session: Session, now: number): void {
    const { trigger, own } = this.options.trigger;
    session.ended = session.end <= this.watermark;
    came(session, this.watermark, now, this.options.trigger);
    if (trigger.seesElements) {
      session.trigger = own(session.trigger);
      trigger.onElements(session.trigger, 1, this.at(session, now));
      this.setWake(session);
    }
    this.setAlarm(session);
    this.setHold(session);
    this.markChanged(session);
    if (session.asked || !(trigger.byElements || session.ended)) return;
    session.asked = true;
    this.asked.push(session);
  }

  /** The watermark has come to where a session looked when its alarm was set: it may have grown since. */
  private ring(session: Session, time: number, now: number): void {
    if (session.gone) return;
    if (!session.ended && time >= session.end) {
      session.ended = true;
      this.fireIfReady(session, now);
      this.setHold(session);
    }
    if (session.ended && time >= session.end + this.options.allowedLateness) {
      if (!this.options.trigger.trigger.isFinished(session.trigger)) this.givePane(session, true);
      this.remove(session);
      return;
    }
    this.setAlarm(session);
  }

  private fireIfReady(session: Session, now: number): void {
    if (session.gone) return;
    const { trigger } = this.options.trigger;
    const moment = this.at(session, now);
    if (trigger.isFinished(session.trigger) || !trigger.shouldFire(session.trigger, moment)) return;
    session.trigger = this.options.trigger.own(session.trigger);
    trigger.onFire(session.trigger, moment);
    session.fired = true;
    this.givePane(session, trigger.isFinished(session.trigger));
    if (this.options.mode === "discarding") session.accumulators = this.options.accumulation.empty();
    this.setWake(session);
    this.markChanged(session);
  }

  private givePane(session: Session, last: boolean): void {
    if (session.waiting === 0) return;
    const { key, start, end, accumulators } = session;
    session.waiting = 0;
    session.since = undefined;
    session.oldest = Infinity;
    this.setHold(session);
    const timing = this.timing(session);
    session.timing = timing;
    this.options.fire({ key, window: { start, end }, accumulators, timing, index: session.panes++, last });
  }

  private timing({ end, timing }: Session): PaneTiming {
    if (end <= this.output || timing === "ON_TIME" || timing === "LATE") return "LATE";
    return this.watermark < end ? "EARLY" : "ON_TIME";
  }

  private moveOutput(): void {
    let output = this.watermark;
    for (const { end } of this.holding) output = Math.min(output, end - 1);
    this.output = Math.max(this.output, output);
  }

  private setHold(session: Session): void {
    const { ended, waiting, oldest, end, gone } = session;
    if (ended && waiting > 0 && oldest < end && !gone) this.holding.add(session);
    else if (this.holding.size > 0) this.holding.delete(session);
  }

  private setAlarm(session: Session): void {
    const at = session.ended ? session.end + this.options.allowedLateness : session.end;
    // An earlier one is good enough: it looks again.
    if (session.alarm <= at) return;
    session.alarm = at;
    this.alarms.set(session);
  }

  private setWake(session: Session): void {
    const wake = this.options.trigger.trigger.wakeAt(session.trigger);
    if (wake === (session.wake ?? Infinity)) return;
    session.wake = wake === Infinity ? undefined : wake;
    if (session.wake !== undefined) this.wakes.set(wake, session);
  }

  private link(session: Session): void {
    session.next = this.sessions.get(session.key);
    this.sessions.set(session.key, session);
    this.count += 1;
  }

  private remove(session: Session): void {
    session.gone = true;
    session.accumulators = this.nothing;
    this.count -= 1;
    this.setHold(session);
    this.markChanged(session);
    const first = this.sessions.get(session.key);
    if (first !== session) {
      let before = first;
      while (before !== undefined && before.next !== session) before = before.next;
      if (before !== undefined) before.next = session.next;
    } else if (session.next === undefined) this.sessions.delete(session.key);
    else this.sessions.set(session.key, session.next);
  }

  private markChanged(session: Session): void {
    if (session.changed) return;
    session.changed = true;
    if (this.changed.push(session) >= this.many) this.forgetGone();
  }

  /** Of those that came and went since the last record, nothing is to be written. */
  private forgetGone(): void {
    this.changed = this.changed.filter(({ gone, recorded }) => !gone || recorded);
    this.many = Math.max(MANY, 2 * this.changed.length);
  }

  private at({ ended }: Session, now: number): Moment {
    this.moment.now = now;
    this.moment.ended = ended;
    return this.moment;
  }
}
