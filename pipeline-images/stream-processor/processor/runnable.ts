import { Engine } from "../operators/engine";
import type { TakeRow } from "../operators/flow";
import type { Bound } from "./meaning";
import { type Coming, unsupportedOutputs } from "../unsupported";
import { whyNotRead } from "../source/side-reader";
import { sinkName } from "../sinks/kinds";

const nowhere: TakeRow = () => {};

/**
 * Makes a pipeline once for nothing, to see that it can run: its steps, its functions, its bindings.
 * @returns whether it is row-wise: keeps nothing between messages
 * @throws Error that says what is in the way.
 */
export function checkRunnable({ spec, subscriptions, sides, outputs }: Bound, coming: Coming = "pulled"): boolean {
  for (const [name, { kind }] of Object.entries(spec.inputs)) {
    const binding = sides[name];
    if (kind === "bounded") {
      throw new Error(`input ${name} of ${spec.name} ends, and MODE says that it does not: let it be "batch"`);
    }
    const why = kind === "side" && binding !== undefined ? whyNotRead(binding) : undefined;
    if (why !== undefined) throw new Error(`side input ${name} of ${spec.name}: ${why}`);
    if (kind === "side" ? binding !== undefined : subscriptions[name] !== undefined) continue;
    const what = kind === "side" ? "table, query or files" : "subscription";
    throw new Error(`input ${name} of ${spec.name} comes from nowhere: INPUTS names no ${what}`);
  }
  for (const name of Object.keys(spec.outputs)) {
    const binding = outputs[name];
    if (binding === undefined) {
      throw new Error(`output ${name} of ${spec.name} is bound to nothing: OUTPUTS names no sink`);
    }
  }
  const problem = unsupportedOutputs(spec, outputs, coming);
  if (problem !== undefined) throw new Error(problem);
  for (const binding of Object.values(outputs)) sinkName(binding);
  return new Engine({ spec, output: () => nowhere, errors: nowhere }).isRowWise;
}
