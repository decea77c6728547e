import type { ServerDuplexStream } from "@grpc/grpc-js";

type Stream = ServerDuplexStream<unknown, unknown>;

/** What becomes of a message of a stream: it is handed on or not, and the stream goes on or breaks. */
export interface Fate {
  /** Milliseconds before it. */
  readonly delay: number;
  readonly isHandedOn: boolean;
  /** Undefined where the stream goes on. */
  readonly breaks: Error | undefined;
}

/** The messages that come in on a stream, each of which something may happen to. They stay in order. */
export class StruckStream {
  private readonly line: (() => void)[] = [];
  private isHeld = false;
  private isBroken = false;

  private constructor(
    private readonly emit: (event: string, ...given: readonly unknown[]) => boolean,
    private readonly fateOf: () => Fate | undefined,
    private readonly later: (delay: number, act: () => void) => void,
    private readonly breakIt: (error: Error) => void,
  ) {}

  /**
   * Stands between a stream and who listens to it.
   * @param fateOf of the next message; undefined where nothing happens to it
   */
  static between(
    stream: Stream,
    fateOf: () => Fate | undefined,
    later: (delay: number, act: () => void) => void,
    breakIt: (error: Error) => void,
  ): void {
    const emit = stream.emit.bind(stream) as (event: string, ...given: readonly unknown[]) => boolean;
    const between = new StruckStream(emit, fateOf, later, breakIt);
    stream.emit = ((event: string, ...given: readonly unknown[]) => between.take(event, given)) as typeof stream.emit;
  }

  private take(event: string, given: readonly unknown[]): boolean {
    // The end waits for what came before it; an error or a cancellation does not.
    const waits = event === "data" || (event === "end" && (this.isHeld || this.line.length > 0));
    if (!waits) return this.emit(event, ...given);
    this.line.push(event === "data" ? () => this.meet(given) : () => void this.emit(event, ...given));
    this.next();
    return true;
  }

  private next(): void {
    while (!this.isHeld) {
      const go = this.line.shift();
      if (go === undefined) return;
      go();
    }
  }

  private meet(given: readonly unknown[]): void {
    if (this.isBroken) return;
    const fate = this.fateOf();
    if (fate === undefined) return void this.emit("data", ...given);
    this.isHeld = true;
    this.later(fate.delay, () => {
      this.isHeld = false;
      if (fate.isHandedOn) this.emit("data", ...given);
      if (fate.breaks !== undefined) {
        this.isBroken = true;
        this.breakIt(fate.breaks);
      }
      this.next();
    });
  }
}
