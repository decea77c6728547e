import { attributesOf } from "./attributes";
import type { Batcher } from "./batcher";
import { linesOf } from "./body";
import { Failure } from "./failure";
import { type Event, encodeGroup } from "./messages";

/** What a request is answered with, once Pub/Sub has its events. */
export type Published = { readonly messageId: string } | { readonly messageIds: readonly string[] };

export interface IngestProps {
  readonly batcher: Pick<Batcher, "add">;
  readonly attributes: readonly string[];
  /** An event's bytes as the topic's schema wants them; where the topic has none, they are published as they came. */
  readonly encode: ((body: Buffer) => Uint8Array) | undefined;
}

const JSON_LINES = /^application\/(x-ndjson|jsonl|x-jsonlines)\b/i;

/**
 * A body is one event, or with `content-type: application/x-ndjson` one event a line, all of them published or none.
 * A body that is not JSON is published all the same: the pipelines set it aside as a dead letter, with the reason, where
 * someone sees it. Refused here, it would be gone.
 */
export class Ingest {
  constructor(private readonly props: IngestProps) {}

  /** @throws Failure */
  async publish(body: Buffer, contentType = ""): Promise<Published> {
    const many = JSON_LINES.test(contentType);
    const bodies = many ? linesOf(body) : [body];
    if (body.length === 0 || bodies.length === 0) throw new Failure(400, "The body is empty: an event is needed");
    const ids = await this.props.batcher.add(encodeGroup(bodies.map((one) => this.event(one))));
    if (ids instanceof Failure) throw ids;
    return many ? { messageIds: ids } : { messageId: ids[0] as string };
  }

  private event(body: Buffer): Event {
    const { attributes, encode } = this.props;
    return { attributes: attributesOf(body, attributes), data: encode === undefined ? body : encode(body) };
  }
}
