import { timestampOfMilliseconds } from "../../../../pipeline/schema/timestamp";
import type { Messages } from "../../../../pipeline-images/stream-processor/operators/flow";

export interface GivenMessage {
  /** Text as it is, anything else as JSON. */
  readonly data: unknown;
  readonly id?: string;
  readonly published?: number;
  readonly attributes?: { readonly [name: string]: string };
}

/** Messages for an engine, without a Pub/Sub. */
export class GivenMessages implements Messages {
  readonly bytes: Uint8Array;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  constructor(
    private readonly given: readonly GivenMessage[],
    private readonly now: number,
  ) {
    const chunks = given.map(({ data }) => Buffer.from(typeof data === "string" ? data : JSON.stringify(data)));
    let at = 0;
    for (const chunk of chunks) {
      this.starts.push(at);
      this.ends.push((at += chunk.length));
    }
    this.bytes = Buffer.concat(chunks);
  }

  get count(): number {
    return this.given.length;
  }

  dataStart = (i: number): number => this.starts[i] as number;
  dataEnd = (i: number): number => this.ends[i] as number;
  id = (i: number): string => this.given[i]?.id ?? String(i + 1);
  publishedAt = (i: number): number => this.given[i]?.published ?? this.now;
  publishTime = (i: number): string => timestampOfMilliseconds(this.publishedAt(i));
  attributes = (i: number): { readonly [name: string]: string } => this.given[i]?.attributes ?? {};
}
