/** What is kept of keys, in windows or in none, until the watermark comes to where each of them is forgotten. */
import type { WireReader, WireWriter } from "../../../pipeline/protobuf/wire";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Store } from "../checkpoint/recorded-store";
import type { StateChanges } from "../checkpoint/state-changes";
import type { RowWindow } from "../window/row-window";
import { Timers } from "../window/timers";

export interface Kept {
  readonly window: RowWindow | undefined;
  readonly key: string;
  state: AnyRow;
  /** The event time at which the function is called again. */
  timer: number | undefined;
  /** The largest event time of its rows. */
  newest: number;
  until: number;
  /** The watermark at which it is looked at: `until`, or before. */
  alarm: number;
  changed: boolean;
  gone: boolean;
}

export class KeyedState {
  /** By the name of the group: the start of the window, or nothing. */
  private readonly groups = new Map<string, Map<string, Kept>>();
  private readonly ends = new Timers<Kept>();
  private changed: Kept[] = [];
  private count = 0;

  /** Of rows without windows there is one group, which is none. */
  get windows(): number {
    return this.groups.size - Number(this.groups.has(groupOf(undefined)));
  }

  get size(): number {
    return this.count;
  }

  find(window: RowWindow | undefined, key: string): Kept | undefined {
    return this.groups.get(groupOf(window))?.get(key);
  }

  add(window: RowWindow | undefined, key: string, state: AnyRow): Kept {
    const places = {
      timer: undefined,
      newest: -Infinity,
      until: Infinity,
      alarm: Infinity,
      changed: false,
      gone: false,
    };
    return this.put({ window, key, state, ...places });
  }

  change(one: Kept): void {
    if (one.changed) return;
    one.changed = true;
    this.changed.push(one);
  }

  /** It is forgotten when the watermark comes to `until`. */
  until(one: Kept, until: number): void {
    one.until = until;
    // An earlier alarm is good enough: it looks again.
    if (one.alarm <= until || until === Infinity) return;
    one.alarm = until;
    this.ends.set(until, one);
  }

  forget(watermark: number): void {
    while (this.ends.isDue(watermark)) {
      const time = this.ends.earliest;
      for (const one of this.ends.next()) {
        if (one.gone || one.alarm !== time) continue;
        one.alarm = Infinity;
        if (one.until <= watermark) this.remove(one);
        else this.until(one, one.until);
      }
    }
  }

  remove(one: Kept): void {
    one.gone = true;
    this.count -= 1;
    this.change(one);
    const group = this.groups.get(groupOf(one.window));
    group?.delete(one.key);
    if (group?.size === 0) this.groups.delete(groupOf(one.window));
  }

  get changes(): boolean {
    return this.changed.length > 0;
  }

  writeChanges(changes: StateChanges): void {
    for (const one of this.changed) {
      const group = groupOf(one.window);
      one.changed = false;
      if (!one.gone) changes.put(group, one.key, (writer) => write(writer, one));
      // It may have been kept anew since.
      else if (!this.find(one.window, one.key)) changes.left(group, one.key);
    }
    this.changed = [];
  }

  /** @returns all that was recorded */
  restore(store: Store, windowOf: (start: number) => RowWindow | undefined): Kept[] {
    const all: Kept[] = [];
    const windows = new Map<string, RowWindow | undefined>();
    store.each((group, key, value) => {
      if (!windows.has(group)) windows.set(group, windowOf(Number(group)));
      all.push(this.put({ window: windows.get(group), key, ...read(value) }));
    });
    return all;
  }

  private put(one: Kept): Kept {
    const group = groupOf(one.window);
    const there = this.groups.get(group);
    if (there === undefined) this.groups.set(group, new Map([[one.key, one]]));
    else there.set(one.key, one);
    this.count += 1;
    return one;
  }
}

const groupOf = (window: RowWindow | undefined): string => (window === undefined ? "" : String(window.start));

function write(writer: WireWriter, { state, timer, newest }: Kept): void {
  writer
    .double(timer ?? Number.NaN)
    .double(newest)
    .string(JSON.stringify(state));
}

function read(reader: WireReader): Omit<Kept, "window" | "key"> {
  const timer = reader.double();
  const newest = reader.double();
  const state = JSON.parse(reader.string()) as AnyRow;
  const places = { until: Infinity, alarm: Infinity, changed: false, gone: false };
  return { state, timer: Number.isNaN(timer) ? undefined : timer, newest, ...places };
}
