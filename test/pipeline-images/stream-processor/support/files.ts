/** What Cloud Storage is to files that are written: objects of parts and of other objects, there whole or not at all. */
import type { FileStore } from "../../../../pipeline-images/stream-processor/sinks/files/file-store";
import { MOST_PARTS, TakenName } from "../../../../pipeline-images/stream-processor/sinks/files/file-store";

/** Does what is asked, as far as whoever asks lives to see it. */
type Call = <T>(work: () => T) => Promise<T>;

export class SimulatedFiles {
  readonly objects = new Map<string, { readonly content: Uint8Array; readonly mark: string | undefined }>();
  down = false;

  /** Those that somebody may look for, by name. */
  get seen(): ReadonlyMap<string, Buffer> {
    const names = [...this.objects.keys()].filter((name) => !name.includes(".unfinished/")).toSorted();
    return new Map(names.map((name) => [name, Buffer.from(this.content(name))]));
  }

  get unseen(): readonly string[] {
    return [...this.objects.keys()].filter((name) => name.includes(".unfinished/"));
  }

  reachedBy(call: Call): FileStore {
    const up = <T>(work: () => T): Promise<T> =>
      call(() => {
        if (this.down) throw new Error("503: the bucket is down");
        return work();
      });
    return {
      put: (name, content) => up(() => this.create(name, Uint8Array.from(content), undefined)),
      join: (name, parts, mark) =>
        up(() => {
          if (parts.length === 0 || parts.length > MOST_PARTS) throw new Error(`${parts.length} parts`);
          const there = this.objects.get(name);
          if (there !== undefined && there.mark !== mark) throw new TakenName(name);
          if (there === undefined) this.create(name, Buffer.concat(parts.map((part) => this.content(part))), mark);
        }),
      list: (prefix) => up(() => [...this.objects.keys()].filter((name) => name.startsWith(prefix)).toSorted()),
      open: (name) => ({
        [Symbol.asyncIterator]: () => {
          throw new Error("it is read from its end");
        },
        anywhere: {
          size: () => up(() => this.content(name).length),
          bytes: (start, end) => up(() => this.content(name).subarray(start, end)),
        },
      }),
      delete: (name) => up(() => void this.objects.delete(name)),
    };
  }

  private create(name: string, content: Uint8Array, mark: string | undefined): void {
    if (!this.objects.has(name)) this.objects.set(name, { content, mark });
  }

  private content(name: string): Uint8Array {
    const there = this.objects.get(name);
    if (there === undefined) throw new Error(`404: there is no ${name}`);
    return there.content;
  }
}
