/**
 * Changes of keyed state, as a record carries them: for each store (a step, or the source) groups (windows) of keys
 * with values. What is in a value is its store's business.
 */
import { WireReader, WireType, WireWriter } from "../../../pipeline/protobuf/wire";

const STORE = 1;
const GONE = 2;
const PUT = 3;
const LEFT = 4;
const GROUP = 1;
const KEY = 2;
const VALUE = 3;

/** Writes changes, store by store. */
export class StateChanges {
  private readonly writer = new WireWriter(4_096);

  /** What follows is of this store. */
  store(name: string): void {
    this.writer.tag(STORE, WireType.bytes).string(name);
  }

  /** A group is gone with all of its keys. */
  gone(group: string): void {
    this.writer.tag(GONE, WireType.bytes).string(group);
  }

  /** A key is gone from a group. */
  left(group: string, key: string): void {
    this.writer.tag(LEFT, WireType.bytes).message((entry) => {
      entry.tag(GROUP, WireType.bytes).string(group);
      entry.tag(KEY, WireType.bytes).string(key);
    });
  }

  put(group: string, key: string, write: (writer: WireWriter) => void): void {
    this.writer.tag(PUT, WireType.bytes).message((entry) => {
      entry.tag(GROUP, WireType.bytes).string(group);
      entry.tag(KEY, WireType.bytes).string(key);
      entry.tag(VALUE, WireType.bytes).message(write);
    });
  }

  /** The changes so far; then it is empty again. */
  take(): Uint8Array {
    const changes = this.writer.finish().slice();
    this.writer.reset();
    return changes;
  }
}

type Group = ReadonlyMap<string, Uint8Array>;
export type Store = ReadonlyMap<string, Group>;

/** Keyed state as it is recorded: store, group, key, value. */
export class RecordedState {
  private readonly stores = new Map<string, Map<string, Map<string, Uint8Array>>>();

  /** Values are views of `changes`. */
  apply(changes: Uint8Array): void {
    const reader = new WireReader(changes);
    let store = new Map<string, Map<string, Uint8Array>>();
    while (!reader.done) {
      const tag = reader.uint32();
      if (tag >>> 3 === STORE) store = this.open(reader.string());
      else if (tag >>> 3 === GONE) store.delete(reader.string());
      else if (tag >>> 3 === PUT) put(store, entryOf(reader.message()));
      else if (tag >>> 3 === LEFT) leave(store, entryOf(reader.message()));
      else reader.skip(tag & 7);
    }
  }

  /** All of it as changes of an empty state. */
  encode(): Uint8Array {
    const changes = new StateChanges();
    for (const [name, groups] of this.stores) {
      if (groups.size > 0) changes.store(name);
      for (const [group, keys] of groups) {
        for (const [key, value] of keys) changes.put(group, key, (writer) => writer.raw(value));
      }
    }
    return changes.take();
  }

  store(name: string): Store {
    return this.stores.get(name) ?? new Map<string, Group>();
  }

  /** Stores that hold anything. */
  get held(): readonly string[] {
    return [...this.stores].flatMap(([name, groups]) => (groups.size > 0 ? [name] : []));
  }

  clear(): void {
    this.stores.clear();
  }

  private open(name: string): Map<string, Map<string, Uint8Array>> {
    const store = this.stores.get(name) ?? new Map<string, Map<string, Uint8Array>>();
    this.stores.set(name, store);
    return store;
  }
}

/** What changes put, one after the other: for who does not want all of it in memory at once. */
export function eachPut(changes: Uint8Array, take: (group: string, key: string, value: Uint8Array) => void): void {
  const reader = new WireReader(changes);
  while (!reader.done) {
    const tag = reader.uint32();
    if (tag >>> 3 !== PUT) reader.skip(tag & 7);
    else {
      const { group, key, value } = entryOf(reader.message());
      take(group, key, value);
    }
  }
}

interface Entry {
  readonly group: string;
  readonly key: string;
  readonly value: Uint8Array;
}

function entryOf(entry: WireReader): Entry {
  let group = "";
  let key = "";
  let value = new Uint8Array(0);
  while (!entry.done) {
    const tag = entry.uint32();
    if (tag >>> 3 === GROUP) group = entry.string();
    else if (tag >>> 3 === KEY) key = entry.string();
    else if (tag >>> 3 === VALUE) value = entry.view8() as Uint8Array<ArrayBuffer>;
    else entry.skip(tag & 7);
  }
  return { group, key, value };
}

function put(store: Map<string, Map<string, Uint8Array>>, { group, key, value }: Entry): void {
  const keys = store.get(group);
  if (keys === undefined) store.set(group, new Map([[key, value]]));
  else keys.set(key, value);
}

function leave(store: Map<string, Map<string, Uint8Array>>, { group, key }: Entry): void {
  const keys = store.get(group);
  keys?.delete(key);
  if (keys?.size === 0) store.delete(group);
}
