/** Makes a file of parts that are there, however many they are. */
import { randomUUID } from "node:crypto";
import { compileDecoder } from "../../../../pipeline/schema/decoder";
import { RowError } from "../../../../pipeline/schema/row";
import type { FieldSpec } from "../../../../pipeline/spec";
import { type FileWriter, type Format } from "../../formats/format";
import { packed, unpacked } from "../../formats/gzip";
import { type FileStore, MOST_PARTS } from "./file-store";
import { fiveDigits } from "./names";

/** Bytes of a part, about: as much as is held of a file that is written. */
export const PART_BYTES = 8 * 1024 * 1024;

/** Calls that are underway at once. */
const AT_ONCE = 8;

export interface Publication {
  readonly store: FileStore;
  /** The file's. */
  readonly name: string;
  /** At least one. */
  readonly parts: readonly string[];
  /** Who makes it. */
  readonly mark: string;
  /** Where parts of parts may be. */
  readonly folder: string;
}

/** Parts, one behind the other. */
export async function joined({ store, name, parts, mark, folder }: Publication): Promise<void> {
  let left = parts;
  // What an earlier try has left is not looked at: nobody knows how far it came.
  const aside = `${folder}/joined-${randomUUID()}`;
  for (let level = 0; left.length > MOST_PARTS; level += 1) {
    const groups = Array.from({ length: Math.ceil(left.length / MOST_PARTS) }, (_, i) =>
      left.slice(i * MOST_PARTS, (i + 1) * MOST_PARTS),
    );
    const names = groups.map((_, i) => `${aside}-${level}-${fiveDigits(i)}`);
    await eachOf([...groups.entries()], ([i, group]) => store.join(names[i] as string, group, mark));
    left = names;
  }
  await store.join(name, left, mark);
}

export interface Rewriting extends Publication {
  readonly format: Format;
  readonly fields: readonly FieldSpec[];
}

/** Parts that are files themselves, as one file of their rows: some of them are held at a time. */
export async function rewritten({ format, fields, ...publication }: Rewriting): Promise<void> {
  const { store, name, parts, folder } = publication;
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return joined(publication);
  const decode = compileDecoder(fields);
  const writer = new PartWriter(store, `${folder}/whole-${randomUUID()}`, packed(name, format.write(fields)));
  for (const part of parts) {
    for await (const { bytes, starts, ends } of format.read(unpacked(name, store.open(part)), fields)) {
      for (const [i, start] of starts.entries()) {
        const row = decode(bytes, start, ends[i]);
        if (row instanceof RowError) throw new Error(`${part} is not as it was written: ${row.message}`);
        writer.add(row);
      }
      if (writer.length >= PART_BYTES) await writer.put();
    }
  }
  return joined({ ...publication, parts: await writer.finish() });
}

/** A file on its way, a part after the other. */
export class PartWriter {
  private readonly names: string[] = [];

  constructor(
    private readonly store: Pick<FileStore, "put">,
    private readonly prefix: string,
    private readonly file: FileWriter,
  ) {}

  get length(): number {
    return this.file.length;
  }

  add(row: Parameters<FileWriter["add"]>[0]): string | undefined {
    return this.file.add(row);
  }

  put(): Promise<void> {
    return this.write(this.file.take());
  }

  /** Names of the parts, once all of them are there: at least one. */
  async finish(): Promise<readonly string[]> {
    const last = this.file.finish();
    if (last.length > 0 || this.names.length === 0) await this.write(last);
    return this.names;
  }

  private async write(content: Uint8Array): Promise<void> {
    const name = `${this.prefix}-${fiveDigits(this.names.length)}`;
    this.names.push(name);
    await this.store.put(name, content);
  }
}

/** How many files are made at once: those whose rows are written anew are held in part, so one after the other. */
export const filesAtOnce = ({ joins }: Format): number => (joins ? AT_ONCE : 1);

/** All of them, some at once. */
export async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>, atOnce = AT_ONCE): Promise<void> {
  const left = all[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const one of left) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
}

/** As far as that can be done: what stays is in nobody's way. */
export async function cleared(store: FileStore, prefix: string): Promise<void> {
  const names = await store.list(prefix).catch(() => []);
  await eachOf(names, (name) => store.delete(name).catch(() => undefined));
}
