import type { Clock } from "../service";

const SECOND = 1000;

/**
 * Runs a task on every second, one run at a time: one that took longer than a second is followed by the next at once.
 * @returns ends it; what is under way may still end
 */
export function everySecond(clock: Clock, task: () => Promise<void>): () => void {
  let stopped = false;
  let next = clock.now() + SECOND;
  let takeBack = clock.after(SECOND, run);
  function run(): void {
    void task().finally(() => {
      if (stopped) return;
      next = Math.max(next + SECOND, clock.now());
      takeBack = clock.after(next - clock.now(), run);
    });
  }
  return () => {
    stopped = true;
    takeBack();
  };
}
