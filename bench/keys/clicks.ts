/** The pipeline whose keys are measured, and clicks of them. */
import { count, fixed, float, pipeline, schema, string, sum, timestamp } from "../../pipeline";
import { Engine } from "../../pipeline-images/stream-processor/operators/engine";
import type { Messages } from "../../pipeline-images/stream-processor/operators/flow";

const NOON = Date.UTC(2024, 0, 31, 12);
const BATCH = 500;

const Click = schema("click", { user: string(), at: timestamp({ encoding: "epoch-micros" }), value: float() });

const spec = pipeline("live-keys", { clicks: Click }, ({ clicks }) => ({
  out: clicks
    .eventTime("at", { maxDelay: "5s" })
    .window(fixed("1h"))
    .groupBy("user")
    .aggregate({ clicks: count(), value: sum("value") }),
})).toJSON();

/** A click of each of some keys. */
class Clicks implements Messages {
  readonly bytes: Buffer;
  private readonly ends: number[] = [0];

  constructor(keys: readonly number[]) {
    const texts = keys.map((key) => `{"user":"u${String(key).padStart(8, "0")}","at":${NOON * 1_000},"value":0.5}`);
    this.bytes = Buffer.from(texts.join(""));
    for (const text of texts) this.ends.push((this.ends.at(-1) as number) + text.length);
  }

  get count(): number {
    return this.ends.length - 1;
  }

  dataStart = (i: number): number => this.ends[i] as number;
  dataEnd = (i: number): number => this.ends[i + 1] as number;
  publishedAt = (): number => NOON;
  id = (i: number): string => String(i);
  publishTime = (): string => "";
  attributes = (): { readonly [name: string]: string } => ({});
}

const none = (): void => {};
const refuse = (row: object): void => {
  throw new Error(`a row was refused: ${JSON.stringify(row)}`);
};
export const makeEngine = (): Engine => new Engine({ spec, output: () => none, errors: refuse });

/** A click of each `step`th of some keys. */
export function take(engine: Engine, keys: number, step: number, from = 0): void {
  for (let at = from; at < keys; at += BATCH * step) {
    const end = Math.min(at + BATCH * step, keys);
    const messages = new Clicks(Array.from({ length: Math.ceil((end - at) / step) }, (_, i) => at + i * step));
    engine.advanceClock(NOON);
    for (let i = 0; i < messages.count; i += 1) engine.take(messages, i);
    engine.endBatch();
  }
}
