/** An output as the log holds it: the requests that are not confirmed yet, and where in its stream they belong. */
import { bytes, field, int32, int64, message, optional, repeated, string } from "../../../pipeline/protobuf/message";
import type { OutputChange, Request } from "./record";

/** A request, and which of its rows the sink has refused. */
export interface UnwrittenRequest extends Request {
  readonly refused: readonly number[];
}

/** The rows of it that are to be written. */
export const rowsToWrite = ({ rows, refused }: UnwrittenRequest): number => rows - refused.length;

const UnwrittenMessage = message({
  number: field(1, int64),
  rows: field(2, int32),
  payload: field(3, bytes),
  descriptor: field(4, bytes),
  refused: field(5, repeated(int32)),
});
const RecordedOutputMessage = message({
  output: field(1, string),
  stream: field(2, optional(string)),
  offset: field(3, int64),
  next: field(4, int64),
  requests: field(5, repeated(UnwrittenMessage)),
  latest: field(6, int64),
});

export class RecordedOutput {
  stream: string | undefined;
  /** Rows of this stream before the first request here. */
  offset = 0;
  /** The number of the next request. */
  next = 0;
  /** The latest time that its rows carry, where they carry one: milliseconds since the epoch. */
  latest = 0;
  requests: UnwrittenRequest[] = [];

  constructor(readonly output: string) {}

  apply(change: OutputChange): void {
    while (this.requests[0] !== undefined && this.requests[0].number < change.confirmed) {
      this.offset += rowsToWrite(this.requests[0]);
      this.requests.shift();
    }
    this.latest = Math.max(this.latest, change.latest);
    for (const { number, rows } of change.refused) {
      this.requests = this.requests.map((one) =>
        one.number === number ? { ...one, refused: [...one.refused, ...rows].toSorted((a, b) => a - b) } : one,
      );
    }
    if (change.stream !== undefined) {
      this.stream = change.stream;
      this.offset = 0;
    }
    for (const request of change.requests) {
      this.requests.push({ ...request, refused: [] });
      this.next = request.number + 1;
    }
  }

  encode(): Uint8Array {
    const { output, stream, offset, next, requests, latest } = this;
    return RecordedOutputMessage.encode({ output, stream, offset, next, requests, latest });
  }

  static decode(content: Uint8Array): RecordedOutput {
    const { output, requests, ...more } = RecordedOutputMessage.decode(content);
    return Object.assign(new RecordedOutput(output), { ...more, requests: [...requests] });
  }
}
