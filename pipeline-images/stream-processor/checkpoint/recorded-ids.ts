/** Message ids as the log holds them: the same as {@link MessageIds}, without its table, for compaction. */
import { bytes, field, int64, message, repeated, string } from "../../../pipeline/protobuf/message";
import { idText, TEXT } from "../source/message-id";
import { insert, KEPT, type Confirmed, type MessageIds } from "../source/message-ids";
import type { IdRun } from "./record";

const ID_BYTES = 8;

/** Writes ids in the form of a run. */
export class IdRunWriter {
  private packed = new DataView(new ArrayBuffer(1_024));
  private length = 0;
  private texts: string[] = [];

  constructor(private first: number) {}

  get count(): number {
    return this.length / ID_BYTES;
  }

  /** @param text where the id is no decimal number */
  add(high: number, low: number, text?: string): void {
    if (this.length === this.packed.byteLength) this.grow();
    this.packed.setUint32(this.length, text === undefined ? high : TEXT, true);
    this.packed.setUint32(this.length + 4, text === undefined ? low : 0, true);
    this.length += ID_BYTES;
    if (text !== undefined) this.texts.push(text);
  }

  /** The run so far; the next one begins after it. */
  take(): IdRun {
    const run = {
      first: this.first,
      packed: Buffer.from(new Uint8Array(this.packed.buffer, 0, this.length)),
      texts: this.texts,
    };
    this.first += this.count;
    this.length = 0;
    this.texts = [];
    return run;
  }

  private grow(): void {
    const grown = new Uint8Array(this.length * 2);
    grown.set(new Uint8Array(this.packed.buffer));
    this.packed = new DataView(grown.buffer);
  }
}

/** Goes through the ids of a run. */
export function forEachId(run: IdRun, visit: (index: number, high: number, low: number, text?: string) => void): void {
  const packed = Buffer.from(run.packed.buffer, run.packed.byteOffset, run.packed.byteLength);
  let texts = 0;
  for (let at = 0; at < packed.length; at += ID_BYTES) {
    const high = packed.readUInt32LE(at);
    const text = high === TEXT ? run.texts[texts++] : undefined;
    visit(run.first + at / ID_BYTES, high, packed.readUInt32LE(at + 4), text);
  }
}

const endOf = (run: IdRun): number => run.first + run.packed.length / ID_BYTES;

const LeftMessage = message({ index: field(1, int64), id: field(2, string) });
const ConfirmedMessage = message({ from: field(1, int64), to: field(2, int64), running: field(3, int64) });
const RunMessage = message({ first: field(1, int64), packed: field(2, bytes), texts: field(3, repeated(string)) });
export const RecordedIdsMessage = message({
  next: field(1, int64),
  runs: field(2, repeated(RunMessage)),
  confirmed: field(3, repeated(ConfirmedMessage)),
  left: field(4, repeated(LeftMessage)),
});

export class RecordedIds {
  private runs: IdRun[] = [];
  private readonly confirmed: Confirmed[] = [];
  /** Never confirmed, while later ones have left. */
  private readonly left = new Map<number, string>();
  next = 0;

  add(run: IdRun): void {
    this.runs.push(copyOf(run));
    this.next = endOf(run);
  }

  confirm(range: Confirmed): void {
    insert(this.confirmed, range);
  }

  expire(running: number): void {
    for (;;) {
      const due = this.confirmed[0];
      if (due === undefined || due.running + KEPT > running) return;
      this.confirmed.shift();
      if (this.left.size > 0) for (let index = due.from; index < due.to; index += 1) this.left.delete(index);
      this.cut(due);
    }
  }

  /** Takes away what comes before the end of a range; what comes before its beginning was never confirmed. */
  private cut({ from, to }: Confirmed): void {
    for (let run = this.runs[0]; run !== undefined && run.first < to; run = this.runs[0]) {
      forEachId(run, (index, high, low, text) => {
        if (index < from) this.left.set(index, text ?? idText(high, low));
      });
      this.runs.shift();
      if (endOf(run) > to) this.runs.unshift(after(run, to));
    }
  }

  /** Gives all ids to the set that messages are looked up in. */
  restoreInto(ids: MessageIds): void {
    for (const [index, id] of this.left) ids.restoreLeft(index, id);
    for (const run of this.runs) forEachId(run, (index, high, low, text) => ids.restore(index, high, low, text));
    for (const range of this.confirmed) ids.confirm(range);
  }

  encode(): Uint8Array {
    const left = [...this.left].map(([index, id]) => ({ index, id }));
    return RecordedIdsMessage.encode({ next: this.next, runs: this.runs, confirmed: [...this.confirmed], left });
  }

  static decode(content: Uint8Array): RecordedIds {
    const { next, runs, confirmed, left } = RecordedIdsMessage.decode(content);
    const ids = new RecordedIds();
    ids.runs = runs.map(copyOf);
    ids.confirmed.push(...confirmed);
    for (const { index, id } of left) ids.left.set(index, id);
    ids.next = next;
    return ids;
  }
}

/** Not a view: that would keep the whole record, with its rows and its state, for some bytes of ids. */
const copyOf = (run: IdRun): IdRun => ({ ...run, packed: Buffer.from(run.packed) });

/** What of a run comes from an index on. */
function after(run: IdRun, from: number): IdRun {
  const writer = new IdRunWriter(from);
  forEachId(run, (index, high, low, text) => {
    if (index >= from) writer.add(high, low, text);
  });
  return writer.take();
}
