/**
 * A step that may hold more than the memory. Until the memory is short it is the step as it is made. Then what it holds
 * goes to disk, divided by key, and rows of a key follow it there, in their order. At the end, and where many rows have
 * come together, one part after the other is taken up by a step of its own and gets its rows: each key sees what it
 * would have seen, and nothing has to be merged.
 */
import type { AnyRow } from "../../../../pipeline/schema/row";
import { WireReader } from "../../../../pipeline/protobuf/wire";
import type { Store } from "../../checkpoint/recorded-store";
import { eachPut, StateChanges } from "../../checkpoint/state-changes";
import type { TakeRow } from "../../operators/flow";
import { type KeyCodec, keyCodec } from "../../operators/keys";
import type { MadeStage, Stage, StageMaker } from "../../operators/stage";
import { Partition, type Waiting } from "./partition";
import { DEEPEST, partitionOf, WAYS } from "./partitioning";
import { messageNow, OneMessage } from "./row-message";
import type { SpillFolder } from "./spill-folder";

/** Bytes of state that are written together. */
const BLOCK = 1 << 20;

/** What the steps of a run share. */
export interface Room {
  readonly folder: SpillFolder;
  /** Bytes of rows that wait, of a part of the keys, before they are worked into what is held. */
  readonly foldAfter: number;
  /** Memory is short, and it is the step that is at work which holds most: it has to do with less at once. */
  isShortFor(one: SpillingStage): boolean;
}

export class SpillingStage implements Stage {
  readonly id: string;
  readonly takes: readonly TakeRow[];
  private inner: MadeStage;
  /** Undefined while all of it is in memory. */
  private roots: readonly Partition[] | undefined;
  private readonly keys: KeyCodec;
  private readonly tellsOfMessages: boolean;

  constructor(
    private readonly maker: StageMaker,
    private readonly room: Room,
  ) {
    const { step, fields } = maker;
    this.id = step.id;
    this.inner = maker.make();
    // As the steps have it: of a join, the fields of the left side tell how a key is written.
    this.keys = keyCodec(step.kind === "join" ? step.on : (step.keys ?? []), fields);
    this.tellsOfMessages = mayRefuse(maker);
    this.takes = this.inner.takes.map((_, input) => this.takerOf(input));
  }

  /** Keys that it holds in memory. */
  get size(): number {
    return this.inner.stage.size;
  }

  get openWindows(): number {
    return this.inner.stage.openWindows;
  }

  get outputWatermark(): number {
    return this.inner.stage.outputWatermark;
  }

  endBatch(): void {
    this.inner.stage.endBatch();
    if (this.roots !== undefined) this.foldLong(this.roots);
  }

  advanceClock(): void {
    this.inner.stage.advanceClock();
  }

  advanceWatermark(to: number): void {
    this.inner.stage.advanceWatermark(to);
  }

  writeChanges(changes: StateChanges): void {
    this.inner.stage.writeChanges(changes);
  }

  restore(watermark: number, store: Store): void {
    this.inner.stage.restore(watermark, store);
  }

  /** What it holds leaves the memory; what comes from now on does not stay there. */
  toDisk(): void {
    this.roots = this.divide(this.changes(), this.newPartitions(0));
  }

  /** The end of all times comes to one part after the other. There is time to write what it gave after each. */
  *parts(): Generator<void> {
    if (this.roots === undefined) return;
    const left = this.roots.toReversed();
    this.roots = undefined;
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      if (part.children === undefined && !part.isEmpty && this.takeUp(part)) {
        this.inner.stage.endBatch();
        this.inner.stage.advanceWatermark(Infinity);
        this.inner = this.maker.make();
        part.clear();
        yield;
      }
      left.push(...(part.children ?? []));
    }
  }

  private takerOf(input: number): TakeRow {
    const { moment } = this.maker;
    return (row: AnyRow, time: number) => {
      if (this.roots === undefined) return (this.inner.takes[input] as TakeRow)(row, time);
      const message = this.tellsOfMessages ? messageNow(moment) : undefined;
      partitionOf(this.roots, this.keys.of(row)).add({ input, row, time, window: moment.window, message });
    };
  }

  /** Where more rows wait than there is state, they become state: a key that comes again and again takes no more room. */
  private foldLong(partitions: readonly Partition[]): void {
    for (const part of partitions) {
      if (part.children !== undefined) this.foldLong(part.children);
      else if (part.rowBytes > Math.max(this.room.foldAfter, part.stateBytes) && this.takeUp(part)) {
        this.inner.stage.endBatch();
        part.replace(this.stateOf(part));
      }
    }
  }

  /**
   * The step holds what the part held, with its rows.
   * @returns false where that is too much: the part is divided then, and the step holds nothing
   */
  private takeUp(part: Partition): boolean {
    this.inner.stage.restore(-Infinity, part.held().store(this.id));
    const { moment } = this.maker;
    const { messages, place, published, window } = moment;
    let children: readonly Partition[] | undefined;
    for (const rows of part.since()) {
      if (children !== undefined) for (const one of rows) partitionOf(children, this.keys.of(one.row)).add(one);
      else {
        for (const one of rows) this.takeAgain(one);
        if (part.depth < DEEPEST && this.room.isShortFor(this)) {
          children = this.divide(this.stateOf(part), this.newPartitions(part.depth + 1));
        }
      }
    }
    Object.assign(moment, { messages, place, published, window });
    if (children === undefined) return true;
    part.clear();
    part.children = children;
    return false;
  }

  private takeAgain({ input, row, time, window, message }: Waiting): void {
    const { moment } = this.maker;
    moment.window = window;
    moment.messages = message && new OneMessage(message);
    moment.published = message?.published ?? moment.published;
    (this.inner.takes[input] as TakeRow)(row, time);
  }

  private newPartitions(depth: number): readonly Partition[] {
    return Array.from({ length: WAYS }, () => new Partition(this.room.folder, depth));
  }

  /** What has changed since the step was made or has taken something up; then it holds nothing. */
  private changes(): Uint8Array {
    const changes = new StateChanges();
    this.inner.stage.writeChanges(changes);
    this.inner = this.maker.make();
    return changes.take();
  }

  /** All that the step holds of a part that it has taken up; then it holds nothing. */
  private stateOf(part: Partition): Uint8Array {
    const changes = this.changes();
    const state = part.held();
    state.apply(changes);
    return state.encode();
  }

  /** State by the partition of its key. */
  private divide(state: Uint8Array, among: readonly Partition[]): readonly Partition[] {
    const written = new Map<Partition, { readonly changes: StateChanges; bytes: number }>();
    const flush = (partition: Partition, changes: StateChanges): void => {
      written.delete(partition);
      partition.addState(changes.take());
    };
    const bySession = isOfSessions(this.maker);
    eachPut(state, (group, name, value) => {
      const partition = partitionOf(among, bySession ? keyOfSession(value) : name);
      const there = written.get(partition);
      const block = there ?? { changes: new StateChanges(), bytes: 0 };
      if (there === undefined) {
        block.changes.store(this.id);
        written.set(partition, block);
      }
      block.changes.put(group, name, (writer) => writer.raw(value));
      block.bytes += value.length + name.length;
      if (block.bytes > BLOCK) flush(partition, block.changes);
    });
    for (const [partition, { changes }] of written) flush(partition, changes);
    return among;
  }
}

/** Steps with a function of the user's tell of the message that it threw at, and so may steps behind them. */
function mayRefuse({ step }: StageMaker): boolean {
  if (step.kind === "join") return false;
  return step.kind !== "aggregate" || step.aggregates.some(({ kind }) => kind === "combine");
}

/** Sessions are recorded by a number, and have their key within. */
const isOfSessions = ({ step, window }: StageMaker): boolean =>
  (step.kind === "aggregate" || step.kind === "join") && window?.windowing.type === "sessions";

function keyOfSession(value: Uint8Array): string {
  const reader = new WireReader(value);
  reader.uint32();
  return reader.string();
}
