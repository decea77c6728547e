/** What a row was read from, kept beside it: an error row tells of it, however much later the error comes. */
import type { Messages, Moment } from "../../operators/flow";

export interface RowMessage {
  readonly data: Uint8Array;
  readonly id: string;
  readonly published: number;
  readonly publishTime: string;
  readonly attributes: { readonly [name: string]: string };
}

/** Of the row that is worked on; undefined where no message became it alone. */
export function messageNow({ messages, place }: Moment): RowMessage | undefined {
  if (messages === undefined) return undefined;
  return {
    data: messages.bytes.slice(messages.dataStart(place), messages.dataEnd(place)),
    id: messages.id(place),
    published: messages.publishedAt(place),
    publishTime: messages.publishTime(place),
    attributes: messages.attributes(place),
  };
}

/** One message, as those of a batch. */
export class OneMessage implements Messages {
  constructor(private readonly message: RowMessage) {}

  get bytes(): Uint8Array {
    return this.message.data;
  }

  dataStart = (): number => 0;
  dataEnd = (): number => this.message.data.length;
  id = (): string => this.message.id;
  publishedAt = (): number => this.message.published;
  publishTime = (): string => this.message.publishTime;
  attributes = (): { readonly [name: string]: string } => this.message.attributes;
}
