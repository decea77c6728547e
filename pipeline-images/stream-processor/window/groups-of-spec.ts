import { milliseconds } from "../../../pipeline/duration";
import type { StepSpec } from "../../../pipeline/spec";
import type { Accumulation, Groups, GroupsOptions } from "./groups";
import { windowingOf } from "./of-spec";
import { SessionGroups } from "./sessions";
import { triggerOf } from "./triggers/of-spec";
import { WindowedGroups } from "./windowed-groups";

type WindowStep = Extract<StepSpec, { readonly kind: "window" }>;

/** Groups in the windows of a step, with its trigger. @param continued they are of rows that were grouped in them before */
export function groupsOf<Row>(
  { windowing, trigger, allowedLateness, accumulation: mode }: WindowStep,
  continued: boolean,
  accumulation: Accumulation<Row>,
  fire: GroupsOptions<Row>["fire"],
): Groups<Row> {
  const options = {
    trigger: triggerOf(trigger, continued),
    allowedLateness: milliseconds(allowedLateness),
    mode,
    accumulation,
    fire,
  };
  if (windowing.type === "sessions") return new SessionGroups({ ...options, gap: milliseconds(windowing.gap) });
  return new WindowedGroups({ ...options, windowing: windowingOf(windowing) });
}
