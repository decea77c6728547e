import type { FileWriter } from "./format";

/** Lines on their way into a file. */
export class TextWriter implements FileWriter {
  private parts: string[] = [];
  length = 0;

  /**
   * @param head what the file begins with
   * @param line a row as its line, without an end; or why it is none
   */
  constructor(
    head: string,
    private readonly line: (row: Parameters<FileWriter["add"]>[0]) => { readonly text: string } | string,
  ) {
    if (head !== "") this.put(head);
  }

  add(row: Parameters<FileWriter["add"]>[0]): string | undefined {
    const line = this.line(row);
    if (typeof line === "string") return line;
    this.put(line.text);
    return undefined;
  }

  take(): Uint8Array {
    const bytes = Buffer.from(this.parts.join(""));
    this.parts = [];
    this.length = 0;
    return bytes;
  }

  finish(): Uint8Array {
    return this.take();
  }

  private put(text: string): void {
    this.parts.push(text, "\n");
    this.length += Buffer.byteLength(text) + 1;
  }
}
