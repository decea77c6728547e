import { seconds, type Duration } from "../../pipeline/duration";
import { notADuration } from "../core/limits";

/**
 * Which values of a cell are thrown away: those that are too old, those that so many newer ones stand before, those of
 * which one thing holds (union) or all (intersection). It happens within a week or so: until then, filter when reading.
 * @see https://cloud.google.com/bigtable/docs/garbage-collection
 */
export type Garbage =
  | { readonly maxAge: Duration }
  /** 1 or more. */
  | { readonly maxVersions: number }
  | { readonly union: readonly [Garbage, Garbage, ...Garbage[]] }
  | { readonly intersection: readonly [Garbage, Garbage, ...Garbage[]] };

/** What is wrong with it, said after its name; undefined where nothing is. */
export function garbageFault(garbage: Garbage): string | undefined {
  if ("maxAge" in garbage) {
    const sentence = notADuration(garbage.maxAge, "1s", "36500d");
    return sentence && `.maxAge ${sentence("Bigtable")}`;
  }
  if ("maxVersions" in garbage) {
    const { maxVersions } = garbage;
    if (Number.isInteger(maxVersions) && maxVersions >= 1) return undefined;
    return `.maxVersions is ${maxVersions}: Bigtable takes 1 or more`;
  }
  const [mode, rules] =
    "union" in garbage ? (["union", garbage.union] as const) : (["intersection", garbage.intersection] as const);
  for (const [index, rule] of rules.entries()) {
    const fault = garbageFault(rule);
    if (fault !== undefined) return `.${mode}[${index}]${fault}`;
  }
  return undefined;
}

/** As the provider takes it: a list of one rule, or of several and how they go together. */
export function garbageJson(garbage: Garbage): string {
  const rule = ruleOf(garbage);
  return JSON.stringify("rules" in rule ? rule : { rules: [rule] });
}

function ruleOf(garbage: Garbage): object {
  if ("maxAge" in garbage) return { max_age: seconds(garbage.maxAge) };
  if ("maxVersions" in garbage) return { max_version: garbage.maxVersions };
  if ("union" in garbage) return { mode: "union", rules: garbage.union.map(ruleOf) };
  return { mode: "intersection", rules: garbage.intersection.map(ruleOf) };
}
