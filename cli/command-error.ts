/** What ends a command: a sentence for the person who typed it, and the exit code. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    message: string,
    /** 1: it did not work. 2: it was asked for in a way that cannot work. */
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}
