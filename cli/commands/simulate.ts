import { systemClock } from "../../local/clock";
import { onInterrupts } from "../interrupts";
import type { Io } from "../io";
import { clickBodies, fileBodies } from "../simulate/bodies";
import { postTo } from "../simulate/endpoint";
import { Simulation } from "../simulate/simulation";

export interface SimulateOptions {
  readonly endpoint: string;
  readonly rate: number;
  readonly count?: number;
  readonly file?: string;
  readonly seed?: number;
  readonly token?: string;
}

/** Drives a proxy until so many events are sent, or until Ctrl-C. Exit 1 where the proxy did not take one. */
export async function simulate(options: SimulateOptions, io: Io): Promise<number> {
  const { count = Infinity, endpoint, file, rate, seed = Date.now(), token } = options;
  const simulation = new Simulation({
    bodies: file === undefined ? clickBodies({ seed, now: Date.now }) : fileBodies(file),
    count,
    rate,
    post: postTo(endpoint, token),
    clock: systemClock,
  });
  const released = onInterrupts(io, systemClock, () => simulation.stop());
  const began = Date.now();
  const report = (): void => io.err(`${Math.round((Date.now() - began) / 1000)}s  ${stateOf(simulation)}\n`);
  const timer = setInterval(report, 1000);
  try {
    await simulation.run();
  } finally {
    clearInterval(timer);
    released();
  }
  report();
  for (const [status, { count: events, reason }] of simulation.refused) {
    io.err(`${events} not taken: ${status === 0 ? "no answer" : status}, ${reason}\n`);
  }
  return simulation.refusedCount === 0 ? 0 : 1;
}

function stateOf({ accepted, refusedCount, retries, sent }: Simulation): string {
  const again = retries === 0 ? "" : `, ${retries} sent again`;
  return `${sent} sent, ${accepted.length} taken, ${refusedCount} refused${again}`;
}
