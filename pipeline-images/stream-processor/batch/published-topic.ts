/**
 * Rows that are published: kept in the run's folder as the requests that Pub/Sub will get, and sent once their attempt
 * has claimed its task. What is sent again after a failure is the same to the byte, each row's `row_id` with it.
 */
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Json } from "../../../pipeline/spec";
import type { Request } from "../checkpoint/record";
import type { LogStore } from "../log/store";
import { RowBuffer } from "../sinks/row-buffer";
import type { TopicClient } from "../sinks/topic-client";
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
} from "../sinks/topic-message";
import type { Attempt, BatchOutput, BatchSink, Run, Staged } from "./batch-output";
import { framed, frames } from "./frames";
import { StagedObjects, stagedObject } from "./staged-objects";
import type { Tries } from "./tries";

/** Requests that are underway at once, where no order is asked for. */
const UNDERWAY = 4;

export interface PublishedTopicOptions {
  readonly output: string;
  readonly run: Run;
  readonly client: TopicClient;
  /** projects/P/topics/T */
  readonly topic: string;
  readonly fields: TopicFields;
  /** What else stands in the attributes of a row's message. */
  readonly attributes: (row: AnyRow) => Attributes;
  readonly store: LogStore;
  /** The run's, in the store. */
  readonly folder: string;
  readonly tries: Tries;
  readonly refuse: (row: Json, why: string) => void;
}

export class PublishedTopic implements BatchSink {
  constructor(private readonly options: PublishedTopicOptions) {}

  open(attempt: Attempt): BatchOutput {
    return new TopicRows(this.options, attempt);
  }

  async publish(staged: readonly Staged[]): Promise<void> {
    const { store, tries } = this.options;
    for (const name of staged.flatMap(({ parts }) => parts as readonly string[])) {
      await this.send(frames(await stagedObject(store, name, tries)));
    }
  }

  /** What is in the run's folder goes away with it. */
  async clear(): Promise<void> {}

  private async send(requests: readonly Uint8Array[]): Promise<void> {
    const { client, topic, fields, tries } = this.options;
    const ordered = fields.orderingKey !== undefined;
    for (let next = 0; next < requests.length;) {
      const some = ordered ? splitByKey(requests[next] as Uint8Array) : requests.slice(next, next + UNDERWAY);
      next += ordered ? 1 : some.length;
      await Promise.all(some.map((messages) => tries(topic, () => client.publish(topic, messages))));
    }
  }
}

class TopicRows implements BatchOutput {
  private readonly buffer: RowBuffer;
  private readonly objects: StagedObjects;
  private rows = 0;

  constructor(
    private readonly options: PublishedTopicOptions,
    { task, id, late = false }: Attempt,
  ) {
    const { fields, attributes, output, run, store, folder, tries } = options;
    this.objects = new StagedObjects(store, `${folder}/staged/${output}/${task}-${id}`, tries);
    this.buffer = new RowBuffer(
      MESSAGE,
      new Uint8Array(0),
      (row, writer, request, place) => {
        const row_id = `${run.name}-${task}${late ? "-late" : ""}-${output}-${request}-${place}`;
        writeMessage(
          writer,
          row,
          { ...attributes(row), ...attributesOf(fields, row), row_id },
          orderingKeyOf(fields, row),
        );
      },
      MOST_MESSAGES,
      0,
    );
  }

  take(row: AnyRow): void {
    const why = unfitForTopic(this.options.fields, row);
    if (why === undefined) this.buffer.add(row);
    else this.options.refuse(row, why);
  }

  flush(): Promise<void> {
    return this.buffer.bytes < ENOUGH ? Promise.resolve() : this.put();
  }

  async finish(): Promise<Staged> {
    await this.put();
    return { rows: this.rows, parts: await this.objects.finish() };
  }

  abort(): Promise<void> {
    return this.objects.abort();
  }

  private async put(): Promise<void> {
    const requests: readonly Request[] = this.buffer.take();
    this.rows += requests.reduce((sum, { rows }) => sum + rows, 0);
    await this.objects.add(framed(requests.map(({ payload }) => payload)));
  }
}

/** Bytes that are worth a request. */
const ENOUGH = 500_000;
