import type { Exit } from "./machine";

const first = 100;
const longest = 10_000;
/** Who lives this long has started well. */
const well = 30_000;

/** How long to wait before a process is started again, in milliseconds. */
export class Pauses {
  private next = first;

  /** @param lived milliseconds from its start to its end */
  after({ code, signal }: Exit, lived: number): number {
    // Sent away by somebody: nothing is wrong with it.
    if (signal === "SIGKILL" || signal === "SIGTERM" || signal === "SIGINT") return first;
    // It left of its own accord, having done what it was there for: no hurry.
    if (code === 0) return longest;
    if (lived >= well) this.next = first;
    const pause = this.next;
    this.next = Math.min(pause * 2, longest);
    return pause;
  }
}
