/**
 * Sessions: windows that belong to a key and grow with its rows. A row by itself is a session from its time until the
 * gap after it; those that overlap are one. Two rows exactly one gap apart are two sessions, and a row is judged late by
 * its own window, before it meets others: both as Beam has it.
 */
import type { Store } from "../checkpoint/recorded-store";
import type { StateChanges } from "../checkpoint/state-changes";
import { Alarms } from "./alarms";
import type { PaneTiming } from "./cells";
import type { Groups, GroupsOptions } from "./groups";
import type { Drop, RowWindow } from "./row-window";
import { ChangedSessions } from "./changed-sessions";
import { hashOf } from "./key-hash";
import { came, extend, readSession, type Session, unite, writeSession } from "./session";
import { SessionPool } from "./session-pool";
import { SessionTable } from "./session-table";
import { Timers } from "./timers";
import type { Moment } from "./triggers/trigger";

export interface SessionGroupsOptions<Row> extends GroupsOptions<Row> {
  /** Milliseconds. */
  readonly gap: number;
}

/** The group of the store in which all sessions are. */
const ALL = "";

export class SessionGroups<Row> implements Groups<Row> {
  private readonly sessions = new SessionTable();
  private readonly pool: SessionPool<Row>;
  private readonly alarms = new Alarms<Session>();
  private readonly wakes = new Timers<Session>();
  private readonly moment: Moment = { now: 0, ended: false };
  /** Ended, with something that came before their end and was not fired: they hold back what comes out. */
  private readonly holding = new Set<Session>();
  private asked: Session[] = [];
  private readonly changed = new ChangedSessions();
  private next = 0;
  private watermark = -Infinity;
  private output = -Infinity;

  constructor(private readonly options: SessionGroupsOptions<Row>) {
    this.pool = new SessionPool(options.accumulation, options.trigger);
  }

  add(key: string, row: Row, time: number, now: number, drop: Drop<Row>): void {
    const end = time + this.options.gap;
    if (end + this.options.allowedLateness <= this.watermark) return drop("expired", { start: time, end }, row, time);
    const hash = hashOf(key);
    let found: Session | undefined;
    let others: Session[] | undefined;
    for (let one = this.sessions.chain(hash); one !== undefined; one = one.next) {
      if (one.hash !== hash || one.start >= end || time >= one.end || one.key !== key) continue;
      if (found === undefined) found = one;
      else (others ??= []).push(one);
    }
    if (others !== undefined && found !== undefined) this.bridge([found, ...others], row, time, end, now);
    else if (found !== undefined) this.put(found, row, time, end, now);
    else this.open(key, hash, row, time, time, end, now);
  }

  /** The window was merged where it comes from, and is not merged again: as Beam's after the first group by key. */
  addIn({ start, end }: RowWindow, key: string, row: Row, time: number, now: number, drop: Drop<Row>): void {
    if (end + this.options.allowedLateness <= this.watermark) return drop("expired", { start, end }, row, time);
    const hash = hashOf(key);
    let found = this.sessions.chain(hash);
    while (found !== undefined && (found.start !== start || found.end !== end || found.key !== key)) found = found.next;
    if (found === undefined) return this.open(key, hash, row, time, start, end, now);
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
    return this.sessions.size;
  }

  get changes(): boolean {
    return this.changed.any;
  }

  writeChanges(changes: StateChanges): void {
    for (const session of this.changed.take()) {
      const name = String(session.id);
      if (session.gone) {
        changes.left(ALL, name);
        this.pool.give(session, this.size);
      } else {
        changes.put(ALL, name, (writer) => writeSession(writer, session, this.options.accumulation));
        session.recorded = true;
      }
    }
  }

  restore(watermark: number, store: Store): void {
    this.watermark = watermark;
    store.each((_, id, value) => {
      const session = readSession(Number(id), value, watermark, this.options.accumulation);
      this.next = Math.max(this.next, session.id + 1);
      this.sessions.add(session);
      this.setAlarm(session);
      this.setWake(session);
      this.setHold(session);
    });
    this.moveOutput();
  }

  private open(key: string, hash: number, row: Row, time: number, start: number, end: number, now: number): void {
    const session = this.pool.take();
    this.options.accumulation.add(session.accumulators, row, time);
    session.id = this.next;
    session.key = key;
    session.hash = hash;
    session.start = start;
    session.end = end;
    this.next += 1;
    this.sessions.add(session);
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
    const wasEnded = session.ended;
    session.ended = session.end <= this.watermark;
    came(session, this.watermark, now, this.options.trigger);
    if (trigger.seesElements) {
      session.trigger = own(session.trigger);
      trigger.onElements(session.trigger, 1, this.at(session, now));
      this.setWake(session);
    }
    // Where it has only grown, its alarm is early enough.
    if (wasEnded || session.waiting === 1) this.setAlarm(session);
    if (session.ended || this.holding.size > 0) this.setHold(session);
    this.changed.add(session);
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
    if (this.options.mode === "discarding") this.options.accumulation.clear(session.accumulators);
    this.setWake(session);
    this.changed.add(session);
  }

  private givePane(session: Session, last: boolean): void {
    if (session.waiting === 0) return;
    const { key, start, end, accumulators } = session;
    session.waiting = 0;
    session.since = Infinity;
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
    if (wake === session.wake) return;
    session.wake = wake;
    if (wake === Infinity) return;
    session.woken = true;
    this.wakes.set(wake, session);
  }

  private remove(session: Session): void {
    session.gone = true;
    this.sessions.remove(session);
    this.setHold(session);
    if (session.recorded) this.changed.add(session);
    else this.changed.drop(session);
    this.pool.give(session, this.size);
  }

  private at({ ended }: Session, now: number): Moment {
    this.moment.now = now;
    this.moment.ended = ended;
    return this.moment;
  }
}
