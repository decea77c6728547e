import type { AnyRow } from "../../../pipeline/schema/row";
import type { BatchOutput, Staged } from "./batch-output";
import type { StagedObjects } from "./staged-objects";

/** Rows as lines of text, kept until they are seen. */
export class StagedLines implements BatchOutput {
  private lines: string[] = [];
  private rows = 0;

  constructor(
    private readonly objects: StagedObjects,
    /** A row as a line, without its end. */
    private readonly line: (row: AnyRow, time: number) => string,
  ) {}

  take(row: AnyRow, time: number): void {
    this.lines.push(this.line(row, time), "\n");
    this.rows += 1;
  }

  async flush(): Promise<void> {
    const lines = this.lines.splice(0).join("");
    await this.objects.add(Buffer.from(lines));
  }

  async finish(): Promise<Staged> {
    await this.flush();
    return { rows: this.rows, parts: await this.objects.finish() };
  }

  abort(): Promise<void> {
    return this.objects.abort();
  }
}
