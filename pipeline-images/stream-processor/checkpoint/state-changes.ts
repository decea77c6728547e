/**
 * Changes of keyed state, as a record carries them: for each store (a step, or the source) groups (windows) of keys
 * with values. What is in a value is its store's business.
 */
import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import { ChangeCursor, EntryField, Kind } from "./change-cursor";

/** Bytes of a buffer to begin with, and of one that is not kept. */
const SIZE = 1 << 12;
const LARGE = 1 << 24;

/** Writes changes, store by store. */
export class StateChanges {
  private writer = new WireWriter(SIZE);

  /** What follows is of this store. */
  store(name: string): void {
    this.writer.tag(Kind.store, WireType.bytes).string(name);
  }

  /** A group is gone with all of its keys. */
  gone(group: string): void {
    this.writer.tag(Kind.gone, WireType.bytes).string(group);
  }

  /** A key is gone from a group. */
  left(group: string, key: string): void {
    this.writer.tag(Kind.left, WireType.bytes).message((entry) => {
      entry.tag(EntryField.group, WireType.bytes).string(group);
      entry.tag(EntryField.key, WireType.bytes).string(key);
    });
  }

  put(group: string, key: string, write: (writer: WireWriter) => void): void {
    this.writer.tag(Kind.put, WireType.bytes).message((entry) => {
      entry.tag(EntryField.group, WireType.bytes).string(group);
      entry.tag(EntryField.key, WireType.bytes).string(key);
      entry.tag(EntryField.value, WireType.bytes).message(write);
    });
  }

  /** The changes so far; then it is empty again. */
  take(): Uint8Array {
    const changes = this.writer.finish().slice();
    // A buffer in which all was once written is not kept for records of a second.
    if (changes.length > LARGE) this.writer = new WireWriter(SIZE);
    else this.writer.reset();
    return changes;
  }
}

/** What changes put, one after the other: for who does not want all of it in memory at once. */
export function eachPut(changes: Uint8Array, take: (group: string, key: string, value: Uint8Array) => void): void {
  const change = new ChangeCursor(changes);
  while (change.next()) {
    if (change.kind !== Kind.put) continue;
    const { group, key, value } = change;
    take(change.text(group), change.text(key), changes.subarray(value.at, value.end));
  }
}
