/**
 * What an attempt keeps in the run's folder until it is seen, in objects of some megabytes: more than one task's memory
 * holds, in few calls.
 */
import type { LogStore } from "../log/store";
import { Hopeless, type Tries } from "./tries";

/** Bytes of an object; the last one has fewer. */
const OBJECT_BYTES = 16 * 1024 * 1024;

export class StagedObjects {
  private parts: Uint8Array[] = [];
  private length = 0;
  private readonly names: string[] = [];

  /** @param prefix that no other attempt's objects begin with */
  constructor(
    private readonly store: LogStore,
    private readonly prefix: string,
    private readonly tries: Tries,
  ) {}

  /** Resolves when there is room for more. */
  async add(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.parts.push(bytes);
    this.length += bytes.length;
    if (this.length >= OBJECT_BYTES) await this.write();
  }

  /** Names of the objects, once all of them are there. */
  async finish(): Promise<readonly string[]> {
    if (this.length > 0) await this.write();
    return this.names;
  }

  async abort(): Promise<void> {
    this.parts = [];
    this.length = 0;
    await deleteObjects(this.store, this.names);
  }

  private async write(): Promise<void> {
    const name = `${this.prefix}-${String(this.names.length).padStart(5, "0")}`;
    const content = Buffer.concat(this.parts);
    // First, so that what an answer that was lost has made is found.
    this.names.push(name);
    this.parts = [];
    this.length = 0;
    // One that exists is ours: its answer was lost.
    await this.tries(this.store.place, () => this.store.create(name, content));
  }
}

/** @throws Error where it is gone */
export async function stagedObject(store: LogStore, name: string, tries: Tries): Promise<Uint8Array> {
  const content = await tries(store.place, () => store.read(name));
  if (content === undefined) throw new Hopeless(`${store.place}${name} is gone: its rows can be had by a new run only`);
  return content;
}

/** As far as that can be done: what stays is in nobody's way. */
export async function deleteObjects(store: LogStore, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => store.delete(name).catch(() => undefined)));
}
