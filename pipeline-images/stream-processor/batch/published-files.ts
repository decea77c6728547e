/**
 * Rows in files. Each task writes shards of its own, beside the files and unseen, a part of some megabytes at a time;
 * of what claims name, a shard after the other is given its name, whole. Where there are fewer shards than tasks, what
 * several of them wrote is one file, one behind the other.
 */
import type { FieldSpec, Json } from "../../../pipeline/spec";
import type { AnyRow } from "../../../pipeline/schema/row";
import { packed } from "../formats/gzip";
import type { Format } from "../formats/format";
import { formatOf } from "../formats/of-binding";
import { type FileStore, TakenName } from "../sinks/files/file-store";
import { type FilesBinding, fiveDigits, shardName, suffixOf, unfinished } from "../sinks/files/names";
import { cleared, eachOf, filesAtOnce, joined, PART_BYTES, PartWriter, rewritten } from "../sinks/files/publish";
import type { Attempt, BatchOutput, BatchSink, Run, Staged } from "./batch-output";
import { Hopeless, type Tries } from "./tries";

export interface PublishedFilesOptions {
  readonly run: Run;
  readonly binding: FilesBinding;
  /** Where they are written, and what their names begin with there. */
  readonly place: readonly [store: FileStore, files: string];
  /** Of its rows. */
  readonly fields: readonly FieldSpec[];
  readonly tries: Tries;
  readonly refuse: (row: Json, why: string) => void;
}

/** Of all shards of a task together: about what it holds. */
const MOST_HELD = 4 * PART_BYTES;

/** What an attempt wrote of one shard. */
type ShardParts = { readonly shard: number; readonly names: readonly string[] };

export class PublishedFiles implements BatchSink {
  private readonly store: FileStore;
  private readonly files: string;
  private readonly format: Format;
  private readonly folder: string;
  private readonly shards: number;

  /** @throws Error where rows of these fields cannot stand in such files */
  constructor(private readonly options: PublishedFilesOptions) {
    const { place, binding, run, tries, fields } = options;
    this.store = patient(place[0], binding.files, tries);
    this.files = place[1];
    this.format = formatOf(binding.format);
    this.format.write(fields);
    this.folder = unfinished(this.files, run.name);
    this.shards = binding.shards ?? run.tasks;
  }

  open({ task, id }: Attempt): BatchOutput {
    const { run, fields, refuse } = this.options;
    const { tasks } = run;
    const all = Array.from({ length: this.shards }, (_, shard) => shard);
    const own = this.shards < tasks ? [task % this.shards] : all.filter((shard) => shard % tasks === task);
    const writers = own.map((shard): [number, PartWriter] => {
      const name = this.nameOf(shard);
      const part = { file: name, continues: this.format.joins && task >= this.shards };
      const file = packed(name, this.format.write(fields, part));
      return [shard, new PartWriter(this.store, `${this.folder}/${task}-${id}/${fiveDigits(shard)}`, file)];
    });
    return new ShardedRows(writers, refuse, () => cleared(this.store, `${this.folder}/${task}-${id}/`));
  }

  async publish(staged: readonly Staged[]): Promise<void> {
    const { run, fields } = this.options;
    const { store, folder, format } = this;
    const written = staged.map(({ parts }) => parts as readonly ShardParts[]);
    const publishShard = async (shard: number): Promise<void> => {
      const name = this.nameOf(shard);
      const ofTasks = written.flatMap((one) => one.filter((parts) => parts.shard === shard));
      const about = { store, name, mark: run.name, folder };
      if (format.joins || ofTasks.length === 1) {
        return joined({ ...about, parts: ofTasks.flatMap(({ names }) => names) });
      }
      // Files of several tasks, which are none behind one another: their rows are written anew.
      const whole: string[] = [];
      for (const [i, { names }] of ofTasks.entries()) {
        const one = `${folder}/task-${fiveDigits(shard)}-${fiveDigits(i)}`;
        await joined({ ...about, name: one, parts: names });
        whole.push(one);
      }
      return rewritten({ ...about, parts: whole, format, fields });
    };
    await eachOf([...Array(this.shards).keys()], publishShard, filesAtOnce(format));
  }

  clear(): Promise<void> {
    return cleared(this.store, `${this.folder}/`);
  }

  private nameOf(shard: number): string {
    const { run, binding } = this.options;
    return shardName(this.files, run.name, shard, this.shards, suffixOf(binding));
  }
}

/** Rows of an attempt, to one of its shards after the other. */
class ShardedRows implements BatchOutput {
  private readonly limit: number;
  private rows = 0;

  constructor(
    private readonly shards: readonly [shard: number, writer: PartWriter][],
    private readonly refuse: PublishedFilesOptions["refuse"],
    readonly abort: () => Promise<void>,
  ) {
    this.limit = Math.min(PART_BYTES, MOST_HELD / shards.length);
  }

  take(row: AnyRow): void {
    const [, writer] = this.shards[this.rows % this.shards.length] as [number, PartWriter];
    const why = writer.add(row);
    if (why === undefined) this.rows += 1;
    else this.refuse(row, why);
  }

  async flush(): Promise<void> {
    for (const [, writer] of this.shards) if (writer.length >= this.limit) await writer.put();
  }

  async finish(): Promise<Staged> {
    const parts: ShardParts[] = [];
    for (const [shard, writer] of this.shards) parts.push({ shard, names: await writer.finish() });
    return { rows: this.rows, parts };
  }
}

/** Tries again what may work later; that a name is taken will not change by that. */
function patient(store: FileStore, place: string, tries: Tries): FileStore {
  return {
    put: (name, content) => tries(place, () => store.put(name, content)),
    join: (name, parts, mark) =>
      tries(place, () =>
        store.join(name, parts, mark).catch((error: unknown) => {
          throw error instanceof TakenName ? new Hopeless(error.message, { cause: error }) : error;
        }),
      ),
    list: (prefix) => tries(place, () => store.list(prefix)),
    open: (name) => store.open(name),
    delete: (name) => tries(place, () => store.delete(name)),
  };
}
