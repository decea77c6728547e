/** Whoever started this process asks for what it has used: CPU time, and memory. */
import { readFileSync } from "node:fs";

export interface Used {
  readonly cpuMicros: number;
  readonly residentBytes: number;
  /** The most that it was, where the system tells it. */
  readonly peakBytes?: number;
}

/** @param work done at first, where a number is asked for: so many of what the program makes */
export function tellUsed(work?: (count: number) => Promise<void>): void {
  process.on("message", (asked) => {
    const done = typeof asked === "number" && asked > 0 && work !== undefined ? work(asked) : Promise.resolve();
    done.then(tell, fail);
  });
  process.on("disconnect", () => process.exit(0));
}

function tell(): void {
  const { user, system } = process.cpuUsage();
  const peakBytes = peak();
  const used: Used = { cpuMicros: user + system, residentBytes: process.memoryUsage.rss() };
  process.send?.(peakBytes === undefined ? used : { ...used, peakBytes });
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

function peak(): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  } catch {
    return undefined;
  }
}
