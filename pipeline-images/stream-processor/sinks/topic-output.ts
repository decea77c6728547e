/**
 * Rows that are published, at least once: each carries a `row_id` that is the same whenever it is published again. Those
 * with one ordering key leave in their order; after a failure or a restart Pub/Sub may hear some of them again, in order.
 */
import type { AnyRow } from "../../../pipeline/schema/row";
import type { RecordedOutput } from "../checkpoint/recorded-output";
import type { TakeRow } from "../operators/flow";
import { Output, type OutputOptions } from "./output";
import { type EncodeInRequest, RowBuffer } from "./row-buffer";
import type { RefuseRow } from "./sink";
import type { TopicClient } from "./topic-client";
import {
  type Attributes,
  attributesOf,
  MESSAGE,
  MOST_MESSAGES,
  orderingKeyOf,
  splitByKey,
  type TopicFields,
  unfitForTopic,
  writeMessage,
} from "./topic-message";

/** Requests that are underway at once. */
const UNDERWAY = 4;

export interface TopicOutputOptions extends OutputOptions {
  readonly client: TopicClient;
  /** projects/P/topics/T */
  readonly topic: string;
  /** The owner's term: a part of each row's id. */
  readonly term: number;
  /** The fields that become an ordering key and attributes. */
  readonly fields: TopicFields;
  /** What else stands in the attributes of a row's message. */
  readonly attributes: (row: AnyRow) => Attributes;
  /** A row that Pub/Sub would not take, and why: it becomes an error row. */
  readonly refused: RefuseRow;
}

export class TopicOutput extends Output {
  /** Of the oldest request, where there are ordering keys: what is not confirmed yet, a key each. */
  private unpublished: readonly Uint8Array[] | undefined;

  constructor(
    name: string,
    protected override readonly options: TopicOutputOptions,
    recorded: RecordedOutput,
  ) {
    const { term, attributes, fields } = options;
    const encode: EncodeInRequest = (row, writer, request, place) => {
      const all = { ...attributes(row), ...attributesOf(fields, row), row_id: `${term}-${name}-${request}-${place}` };
      writeMessage(writer, row, all, orderingKeyOf(fields, row));
    };
    super(name, new RowBuffer(MESSAGE, new Uint8Array(0), encode, MOST_MESSAGES, recorded.next), options, recorded);
  }

  override readonly take: TakeRow = (row, time) => {
    const why = unfitForTopic(this.options.fields, row);
    if (why === undefined) this.buffer.add(row, time);
    else this.options.refused(row, why);
  };

  protected get ready(): boolean {
    return this.queue.length > 0;
  }

  protected sendSome(): Promise<Error | undefined> {
    return this.options.fields.orderingKey === undefined ? this.sendSeveral() : this.sendInOrder();
  }

  /**
   * One request after the other, the keys of each beside one another: what follows waits until this one is there. Of a
   * key that is there nothing is sent again because another one is not.
   */
  private async sendInOrder(): Promise<Error | undefined> {
    const { client, topic } = this.options;
    const [request] = this.queue;
    if (request === undefined) return undefined;
    this.unpublished ??= splitByKey(request.payload);
    const sent = this.unpublished;
    const outcomes = await Promise.all(sent.map((part) => client.publish(topic, part).then(() => undefined, asError)));
    this.unpublished = sent.filter((_, i) => outcomes[i] !== undefined);
    const failure = outcomes.find((outcome) => outcome !== undefined);
    if (failure !== undefined) return failure;
    this.unpublished = undefined;
    this.confirmFirst();
    return undefined;
  }

  private async sendSeveral(): Promise<Error | undefined> {
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
