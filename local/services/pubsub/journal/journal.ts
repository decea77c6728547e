import { join } from "node:path";
import type { Snapshot, Subscription, Topic } from "../api/messages";
import type { Schema } from "../api/schema-messages";
import type { Holdings, Kept, Ledger } from "../ledger";
import type { StoredMessage } from "../message";
import { Entry } from "./entry";
import { RecordFile } from "./record-file";
import { Replay } from "./replay";

/** Bytes that the journal may have beyond five times what is alive in it. */
const SLACK = 64 * 1024 * 1024;
/** Bytes of messages in one record, about, so that none is huge. */
const CHUNK = 1024 * 1024;

/**
 * What happened, on disk: appended to at the end of each turn, read at the next start. It is written anew with
 * only what is alive in it at every start, and whenever it has grown far beyond that.
 */
export class Journal implements Ledger {
  private pending: Uint8Array[] = [];
  private readonly settledNow = new Map<string, number[]>();
  private limit: number;

  private constructor(
    private readonly path: string,
    private file: RecordFile,
    /** Something is there to be written at the end of this turn. */
    private readonly touched: () => void,
    private readonly slack: number,
  ) {
    this.limit = file.size * 5 + slack;
  }

  /**
   * @param torn told how many bytes were cut off, where the last run was killed in the middle of a write
   * @throws when the folder holds a journal of another version
   */
  static open(
    folder: string,
    touched: () => void,
    torn: (bytes: number) => void,
    slack = SLACK,
  ): { readonly journal: Journal; readonly kept: Kept } {
    const path = join(folder, "journal");
    const old = RecordFile.open(path);
    const replay = new Replay();
    for (const record of old.records(torn)) replay.apply(Entry.decode(record));
    old.close();
    const { kept } = replay;
    return { journal: new Journal(path, RecordFile.replace(path, entriesOf(kept)), touched, slack), kept };
  }

  topic(config: Topic): void {
    this.append({ topic: config });
  }

  topicDeleted(name: string): void {
    this.append({ topicDeleted: name });
  }

  subscription(config: Subscription): void {
    this.append({ subscription: config });
  }

  subscriptionDeleted(name: string): void {
    this.append({ subscriptionDeleted: name });
  }

  snapshot(config: Snapshot, messages: readonly StoredMessage[]): void {
    this.append({ snapshot: { config, messages: idsOf(messages) } });
  }

  snapshotDeleted(name: string): void {
    this.append({ snapshotDeleted: name });
  }

  schema(config: Schema): void {
    this.append({ schema: config });
  }

  schemaDeleted(name: string): void {
    this.append({ schemaDeleted: name });
  }

  published(topic: string, messages: readonly StoredMessage[]): void {
    this.append({ published: { topic, messages: messages.map(({ encoded }) => encoded) } });
  }

  /** One record a turn and subscription: what is settled in a turn was published in an earlier one or before it. */
  settled(subscription: string, message: number): void {
    const list = this.settledNow.get(subscription);
    if (list === undefined) this.settledNow.set(subscription, [message]);
    else list.push(message);
    this.touched();
  }

  sought(subscription: string, held: Holdings): void {
    this.append({ held: heldOf(subscription, held) });
  }

  private append(entry: Partial<Entry>): void {
    // A seek or a deletion must not come before the acknowledgements that it followed.
    if (entry.published === undefined) this.drainSettled();
    this.pending.push(Entry.encode(entry));
    this.touched();
  }

  private drainSettled(): void {
    for (const [subscription, messages] of this.settledNow) {
      this.pending.push(Entry.encode({ settled: { subscription, messages } }));
    }
    this.settledNow.clear();
  }

  /**
   * Hands to the operating system what happened in this turn.
   * @param alive all that is kept at this moment, asked for when the file is to be written anew
   * @throws the file system's error; nothing is forgotten, and the next call tries again
   */
  write(alive: () => Kept): void {
    this.drainSettled();
    if (this.pending.length === 0) return;
    this.file.append(this.pending);
    this.pending = [];
    if (this.file.size < this.limit) return;
    const old = this.file;
    this.file = RecordFile.replace(this.path, entriesOf(alive()));
    this.limit = this.file.size * 5 + this.slack;
    old.close();
  }

  close(): void {
    this.file.close();
  }
}

/** The shortest journal that says the same. */
function* entriesOf(kept: Kept): Generator<Uint8Array> {
  yield Entry.encode({ lastId: kept.lastId });
  for (const schema of kept.schemas) yield Entry.encode({ schema });
  yield* messagesOf(kept);
  for (const { config, log } of kept.topics) {
    yield Entry.encode({ topic: config });
    if (log.length > 0) yield Entry.encode({ log: { topic: config.name, messages: idsOf(log) } });
  }
  for (const { config, held } of kept.subscriptions) {
    yield Entry.encode({ subscription: config });
    yield Entry.encode({ held: heldOf(config.name, held) });
  }
  for (const { config, messages } of kept.snapshots) {
    yield Entry.encode({ snapshot: { config, messages: idsOf(messages) } });
  }
}

function* messagesOf({ topics, subscriptions, snapshots }: Kept): Generator<Uint8Array> {
  const written = new Set<number>();
  let chunk: Uint8Array[] = [];
  let size = 0;
  const lists = [
    ...topics.map(({ log }) => log),
    ...subscriptions.flatMap(({ held }) => [held.unacknowledged, held.retained]),
    ...snapshots.map(({ messages }) => messages),
  ];
  for (const list of lists) {
    for (const { id, encoded } of list) {
      if (written.has(id)) continue;
      written.add(id);
      chunk.push(encoded);
      size += encoded.length;
      if (size < CHUNK) continue;
      yield Entry.encode({ kept: chunk });
      chunk = [];
      size = 0;
    }
  }
  if (chunk.length > 0) yield Entry.encode({ kept: chunk });
}

const idsOf = (messages: readonly StoredMessage[]): number[] => messages.map(({ id }) => id);

const heldOf = (subscription: string, held: Holdings): NonNullable<Entry["held"]> => ({
  subscription,
  unacknowledged: idsOf(held.unacknowledged),
  retained: idsOf(held.retained),
  discardBefore: held.discardBefore,
});
