import { milliseconds } from "../../../pipeline/duration";
import type { PullSettings } from "./settings";

/**
 * Windows that close before what a dead instance held has come back: a warning each. After a start the watermark
 * stands for one lease; a message that is lost with the next owner comes another lease later.
 */
export function shortLateness({ spec, lease }: Pick<PullSettings, "spec" | "lease">): string[] {
  return spec.steps.flatMap((step) => {
    if (step.kind !== "window" || step.windowing.type === "global") return [];
    if (milliseconds(step.allowedLateness) >= 2 * lease) return [];
    const least = `${(2 * lease) / 1_000}s`;
    return [
      `${step.id} allows a lateness of ${step.allowedLateness}: after a crash rows may come two leases late, and are dropped then. Let it allow ${least} at least`,
    ];
  });
}
