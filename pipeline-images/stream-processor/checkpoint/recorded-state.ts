/** Keyed state as it is recorded: store, group, key, value. */
import { ChangeCursor, Kind } from "./change-cursor";
import { RecordedStore, type Store } from "./recorded-store";

/** Changes from so many bytes on are kept as they are, where not much else is kept with them. */
const LARGE = 1 << 20;
const MOSTLY = 0.75;
/** Places in a chunk have 31 bits. */
const LARGEST = 2 ** 31 - 1;

export class RecordedState {
  private readonly stores = new Map<string, RecordedStore>();

  /** @param changes stay as they are: what is large is not copied */
  apply(changes: Uint8Array): void {
    const { buffer, length } = changes;
    const keeps = length >= LARGE && length <= LARGEST && length >= MOSTLY * buffer.byteLength;
    const adopted = new Map<RecordedStore, number>();
    let store = new RecordedStore("");
    let chunk = -1;
    const change = new ChangeCursor(changes);
    while (change.next()) {
      if (change.kind === Kind.store) {
        store = this.open(change.text(change.name));
        chunk = adopted.get(store) ?? (keeps ? store.adopt(changes) : -1);
        adopted.set(store, chunk);
      } else if (change.kind === Kind.put) store.put(change, chunk);
      else if (change.kind === Kind.gone) store.remove(change.text(change.name));
      else if (change.kind === Kind.left) store.leave(change);
    }
    for (const one of adopted.keys()) one.tidy();
  }

  /** Bytes of memory that it takes, beside an object a group. */
  get memory(): number {
    return [...this.stores.values()].reduce((bytes, { memory }) => bytes + memory, 0);
  }

  /** All of it as changes of an empty state. */
  encode(): Uint8Array {
    return Buffer.concat([...this.parts()], this.length);
  }

  /** How many bytes that has. */
  get length(): number {
    return this.filled.reduce((sum, store) => sum + store.length, 0);
  }

  /** The same in parts, which are not copied. */
  *parts(): Generator<Uint8Array> {
    for (const store of this.filled) yield* store.parts();
  }

  store(name: string): Store {
    return this.stores.get(name) ?? new RecordedStore(name);
  }

  /** Stores that hold anything. */
  get held(): readonly string[] {
    return [...this.stores].flatMap(([name, { isEmpty }]) => (isEmpty ? [] : [name]));
  }

  clear(): void {
    this.stores.clear();
  }

  private get filled(): readonly RecordedStore[] {
    return [...this.stores.values()].filter(({ isEmpty }) => !isEmpty);
  }

  private open(name: string): RecordedStore {
    const store = this.stores.get(name) ?? new RecordedStore(name);
    this.stores.set(name, store);
    return store;
  }
}
