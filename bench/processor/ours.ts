/** Our engine, from bytes of JSON to rows encoded for BigQuery, without a network and a log. */
import { rowsOfSpec } from "../../pipeline/rows-of-spec";
import type { AnyRow } from "../../pipeline/schema/row";
import { compileRowEncoder } from "../../pipeline/schema/storage-write";
import { WireType, WireWriter } from "../../pipeline/protobuf/wire";
import { StateChanges } from "../../pipeline-images/stream-processor/checkpoint/state-changes";
import { Engine } from "../../pipeline-images/stream-processor/operators/engine";
import type { TakeRow } from "../../pipeline-images/stream-processor/operators/flow";
import { queries, type Query } from "./queries";
import type { FileMessages } from "./workload";

/** Messages of a response of Pub/Sub. */
const BATCH = 500;

export interface EngineRun {
  readonly rows: number;
  /** Rows that were refused, late ones among them. */
  readonly refused: number;
  /** Bytes of all checkpoints. */
  readonly checkpointed: number;
}

export interface EngineRunOptions {
  readonly query: Query;
  readonly messages: FileMessages;
  /** Takes rows in place of the encoder. */
  readonly take?: TakeRow;
  /** Whether the state's changes are encoded now: asked after each batch, told how many messages were worked on. */
  readonly checkpointDue?: (worked: number) => boolean;
}

export function runEngine({ query, messages, take, checkpointDue = () => false }: EngineRunOptions): EngineRun {
  let refused = 0;
  let checkpointed = 0;
  const encoder = new Encoder(query);
  const spec = queries[query].toJSON();
  const count = (): void => void (refused += 1);
  const engine = new Engine({ spec, output: () => take ?? encoder.take, errors: count });
  const changes = new StateChanges();
  for (let at = 0; at < messages.count; at += BATCH) {
    const end = Math.min(at + BATCH, messages.count);
    engine.advanceClock(messages.publishedAt(at));
    for (let i = at; i < end; i += 1) engine.take(messages, i);
    engine.endBatch();
    const newest = messages.publishedAt(end - 1);
    engine.advanceWatermark({ time: newest, quiet: false, lastMessage: newest });
    encoder.sent();
    if (!checkpointDue(end - at)) continue;
    engine.writeChanges(changes);
    checkpointed += changes.take().length;
  }
  engine.close();
  return { rows: encoder.rows, refused, checkpointed };
}

class Encoder {
  rows = 0;
  private row: AnyRow = {};
  private readonly writer = new WireWriter(1 << 20);
  private readonly write: (into: WireWriter) => void;

  constructor(query: Query) {
    const spec = queries[query].toJSON();
    const encode = compileRowEncoder(rowsOfSpec(spec).get(spec.outputs["out"] ?? "") ?? []);
    this.write = (into) => encode(this.row, into);
  }

  readonly take = (row: AnyRow): void => {
    this.row = row;
    this.writer.tag(1, WireType.bytes).message(this.write);
    this.rows += 1;
  };

  /** As if a request had left. */
  sent(): void {
    this.writer.reset();
  }
}
