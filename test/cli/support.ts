import type { Io } from "../../cli/io";

/** A command's world that keeps what is written, and can be interrupted. */
export interface TestIo extends Io {
  readonly stdout: () => string;
  readonly stderr: () => string;
  interrupt(): void;
}

export function testIo(given: Partial<Pick<Io, "cwd" | "environment" | "columns">> = {}): TestIo {
  const out: string[] = [];
  const err: string[] = [];
  const listeners = new Set<() => void>();
  return {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    columns: undefined,
    cwd: process.cwd(),
    environment: process.env,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
    ...given,
    stdout: () => out.join(""),
    stderr: () => err.join(""),
    interrupt() {
      for (const listener of listeners) listener();
    },
  };
}
