/** Records of a file as the engine takes messages: by their place, nothing copied. */
import { timestampOfMilliseconds } from "../../../pipeline/schema/timestamp";
import type { Records } from "../formats/format";
import { NO_TIME } from "../operators/error-rows";
import type { Messages } from "../operators/flow";

const none = {};

export class FileRows implements Messages {
  readonly bytes: Uint8Array;

  /**
   * @param file its name: with the line, it is what an error row is found by
   * @param started when the run started, in milliseconds since the epoch
   */
  constructor(
    private readonly file: string,
    readonly records: Records,
    private readonly started: number,
  ) {
    this.bytes = records.bytes;
  }

  dataStart(i: number): number {
    return this.records.starts[i] as number;
  }

  dataEnd(i: number): number {
    return this.records.ends[i] as number;
  }

  id(i: number): string {
    return `${this.file}:${this.records.lines[i]}`;
  }

  /** Rows of files have no time of their own: none is of a time after it, whatever a field says. */
  publishedAt(): number {
    return NO_TIME;
  }

  publishTime(): string {
    return timestampOfMilliseconds(this.started);
  }

  attributes(): { readonly [name: string]: string } {
    return none;
  }
}
