/** The world of a command: what it reads and where it writes. Tests give their own. */
export interface Io {
  /** Standard output: what the command is asked for. */
  readonly out: (text: string) => void;
  /** Standard error: how it goes. */
  readonly err: (text: string) => void;
  /** Standard error is a terminal of so many columns; undefined for a file or a pipe. */
  readonly columns: number | undefined;
  readonly cwd: string;
  readonly environment: { readonly [name: string]: string | undefined };
  /** Calls back on every Ctrl-C, and on the SIGTERM of a process manager, until the returned function is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => never;
}

/** The process's own. */
export function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    // A terminal that does not know its width says 0.
    columns: process.stderr.isTTY ? process.stderr.columns || 80 : undefined,
    cwd: process.cwd(),
    environment: process.env,
    onInterrupt(listener) {
      process.on("SIGINT", listener);
      process.on("SIGTERM", listener);
      return () => {
        process.off("SIGINT", listener);
        process.off("SIGTERM", listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}
