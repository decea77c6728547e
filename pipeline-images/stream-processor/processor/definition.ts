/**
 * What a pipeline is and what it is bound to, as its log keeps it: enough to end it in order when nobody has its spec
 * any more.
 */
import { readSpec } from "../../../pipeline/read-spec";
import type { Bound } from "./meaning";

/** The same of the same pipeline. */
export const definitionOf = ({ spec, subscriptions, sides, outputs, errors }: Bound): string =>
  JSON.stringify({ spec, subscriptions, sides, outputs, errors });

/** @throws Error where it is of a newer language than this one reads */
export function readDefinition(definition: string): Bound {
  const bound = JSON.parse(definition) as Bound;
  return { ...bound, spec: readSpec(JSON.stringify(bound.spec)) };
}
