import type { Records } from "./format";

/** Records whose JSON is made here, and such as stay as they are. */
export class MadeRecords {
  private readonly parts: Buffer[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly lines: number[] = [];
  private readonly problems = new Map<number, string>();
  private length = 0;

  add(json: string, line: number): void {
    this.put(Buffer.from(json), line);
  }

  /** @param bytes the record as the file has it */
  refuse(bytes: Buffer, line: number, why: string): void {
    this.problems.set(this.starts.length, why);
    this.put(bytes, line);
  }

  get all(): Records {
    const { starts, ends, lines, problems } = this;
    return { bytes: Buffer.concat(this.parts), starts, ends, lines, problems };
  }

  private put(bytes: Buffer, line: number): void {
    this.parts.push(bytes);
    this.starts.push(this.length);
    this.length += bytes.length;
    this.ends.push(this.length);
    this.lines.push(line);
  }
}
