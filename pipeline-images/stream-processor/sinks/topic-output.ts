/** Rows that are published, at least once: each carries a `row_id` that is the same whenever it is published again. */
import { WireType, type WireWriter } from "../../../pipeline/protobuf/wire";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { RecordedOutput } from "../checkpoint/recorded-output";
import { Output, type OutputOptions } from "./output";
import { type EncodeInRequest, RowBuffer } from "./row-buffer";
import type { TopicClient } from "./topic-client";

/** Requests that are underway at once. */
const UNDERWAY = 4;
/** @see https://cloud.google.com/pubsub/quotas#resource_limits */
export const MOST_MESSAGES = 1_000;
/** PublishRequest.messages */
export const MESSAGE = 2;

export interface TopicOutputOptions extends OutputOptions {
  readonly client: TopicClient;
  /** projects/P/topics/T */
  readonly topic: string;
  /** The owner's term: a part of each row's id. */
  readonly term: number;
  /** What else stands in the attributes of a row's message. */
  readonly attributes: (row: AnyRow) => { readonly [name: string]: string | undefined };
}

export class TopicOutput extends Output {
  constructor(
    name: string,
    protected override readonly options: TopicOutputOptions,
    recorded: RecordedOutput,
  ) {
    const { term, attributes } = options;
    const encode: EncodeInRequest = (row, writer, request, place) => {
      writeMessage(writer, row, { ...attributes(row), row_id: `${term}-${name}-${request}-${place}` });
    };
    super(name, new RowBuffer(MESSAGE, new Uint8Array(0), encode, MOST_MESSAGES, recorded.next), options, recorded);
  }

  protected get ready(): boolean {
    return this.queue.length > 0;
  }

  protected async sendSome(): Promise<Error | undefined> {
    const { client, topic } = this.options;
    const requests = this.queue.slice(0, UNDERWAY);
    const underway = requests.map(({ payload }) => client.publish(topic, payload).then(() => undefined, asError));
    for (const publishing of underway) {
      const failure = await publishing;
      if (failure !== undefined) {
        await Promise.all(underway);
        return failure;
      }
      this.confirmFirst();
    }
    return undefined;
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const DATA = 1;
const ATTRIBUTES = 2;
const { bytes } = WireType;

/** Writes a PubsubMessage: the row as JSON, and its attributes. */
export function writeMessage(
  writer: WireWriter,
  row: AnyRow,
  attributes: { readonly [name: string]: string | undefined },
): void {
  writer.tag(DATA, bytes).string(JSON.stringify(row));
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    writer.tag(ATTRIBUTES, bytes).message((entry) => entry.tag(1, bytes).string(name).tag(2, bytes).string(value));
  }
}
