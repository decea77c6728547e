import type { Clock } from "../local/service";
import type { Io } from "./io";

/** Ctrl-C, as shells count it. */
export const INTERRUPTED = 130;

/** One Ctrl-C comes twice where npm or tsx started the command: from the terminal, and passed on by them. */
const SAME = 500;

/**
 * The first Ctrl-C asks to stop, a second one ends the process at once.
 * @returns takes it back
 */
export function onInterrupts(io: Pick<Io, "exit" | "onInterrupt">, clock: Clock, stop: () => void): () => void {
  let first: number | undefined;
  return io.onInterrupt(() => {
    if (first === undefined) {
      first = clock.now();
      stop();
    } else if (clock.now() - first >= SAME) io.exit(INTERRUPTED);
  });
}
