import { Testing, TerraformStack } from "cdktf";
import { InvalidProps } from "../core/rules";

/**
 * A stack that breaks no rule.
 * @throws Error with those that it breaks
 */
export function expectValid(stack: TerraformStack): void {
  Testing.synth(stack, true);
}

/**
 * Something that is refused, and by the rule that is meant.
 *
 *     expectRefused(() => new Topic(stack, "x"), "name-form");
 *     expectRefused(stackWithTwoReaders, /is read by/);
 *
 * @param what a stack, or a function that makes something; where it returns a stack, that is asked too
 * @param rule the id of a rule, or a form of the message
 * @throws Error where nothing is refused, or something else is
 */
export function expectRefused(what: TerraformStack | (() => unknown), rule: string | RegExp): void {
  const error = refusalOf(what);
  if (error === undefined) throw new Error(`nothing is refused; ${shown(rule)} was expected`);
  const fits =
    typeof rule === "string"
      ? (error instanceof InvalidProps && error.rules.includes(rule)) || error.message.includes(`[${rule}]`)
      : rule.test(error.message);
  if (fits) return;
  const rules = error instanceof InvalidProps ? ` (${error.rules.join(", ")})` : "";
  throw new Error(`${shown(rule)} was expected to be broken; this was${rules}: ${error.message}`, { cause: error });
}

function refusalOf(what: TerraformStack | (() => unknown)): Error | undefined {
  try {
    const made: unknown = typeof what === "function" ? what() : what;
    if (TerraformStack.isStack(made)) Testing.synth(made, true);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const shown = (rule: string | RegExp): string => (typeof rule === "string" ? `the rule ${rule}` : String(rule));
