/**
 * The other end of a portable function: from the spec's text to a function that runs. Needs no parser, so that
 * an engine carries none.
 */
import { decimal } from "../schema/decimal";
import type { FunctionSpec, Json } from "../spec";
import { languageGlobals } from "./language";

/** What a portable function is given after its data. */
interface FunctionContext {
  /** Frozen to the bottom: what one call changed, the next would see. */
  readonly constants: { readonly [name: string]: unknown };
  readonly decimal: typeof decimal;
}

export interface CompiledFunction {
  /** Takes its data first, a row or a state and a row, and {@link context} last. Throws what the function throws. */
  readonly call: (...dataThenContext: readonly unknown[]) => unknown;
  readonly context: FunctionContext;
}

/**
 * Makes a spec's function run. The text is strict code that sees its parameters, the language's own globals, and
 * nothing of the process around it; `Date` has no present and `Math` no chance.
 *
 *     const keep = compileFunction({ source: "(row, { constants }) => row.value >= constants.least", constants: { least: 3 } });
 *     keep.call({ value: 4 }, keep.context); // true
 *
 * @throws SyntaxError where the source is not an expression.
 * @throws TypeError where it is not a function.
 */
export function compileFunction(spec: Pick<FunctionSpec, "source" | "constants" | "helpers">): CompiledFunction {
  return {
    call: evaluate(spec.source),
    context: Object.freeze({ constants: reviveConstants(spec.constants ?? {}, spec.helpers ?? {}), decimal }),
  };
}

function evaluate(source: string): CompiledFunction["call"] {
  // The outer function is sloppy because strict code takes no parameter named `eval`; all that a user wrote is strict.
  // oxlint-disable-next-line typescript/no-implied-eval -- to run the text of a function is what this file is for
  const make = new Function(...shadows.keys(), `return (function () { "use strict"; return (${source}\n); })();`) as (
    ...values: readonly unknown[]
  ) => unknown;
  const made = make(...shadows.values());
  if (typeof made !== "function") throw new TypeError(`this is not the source of a function: ${source.slice(0, 80)}`);
  return made as CompiledFunction["call"];
}

/** Every name of this process that is not the language's own, and what stands there instead. */
const shadows: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...Object.getOwnPropertyNames(globalThis)
    .filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && !languageGlobals.has(name))
    .map((name) => [name, undefined] as const),
  ["Math", mathWithoutChance()],
  ["Date", dateWithoutPresent()],
]);

/** A frozen copy: it costs 10 ns a call more than the original, and nobody can hand chance in by changing it. */
function mathWithoutChance(): object {
  const members = Object.getOwnPropertyNames(Math)
    .filter((name) => name !== "random")
    .map((name) => [name, Math[name as keyof typeof Math]] as const);
  return Object.freeze(Object.fromEntries(members));
}

function dateWithoutPresent(): typeof Date {
  const Present = Date;
  const Timeless = class extends Present {
    constructor(...given: readonly unknown[]) {
      if (given.length === 0) throw new TypeError("new Date() reads the clock, which functions do not have");
      super(...(given as [string]));
    }

    static override now(): number {
      throw new TypeError("Date.now() reads the clock, which functions do not have");
    }
  };
  Object.defineProperty(Timeless, "name", { value: "Date" });
  return Object.freeze(Timeless) as typeof Date;
}

function reviveConstants(
  constants: { readonly [name: string]: Json },
  helpers: { readonly [pointer: string]: string },
): FunctionContext["constants"] {
  // A copy: the spec belongs to whoever read it.
  const copy = JSON.parse(JSON.stringify(constants)) as { [name: string]: unknown };
  for (const [pointer, source] of Object.entries(helpers)) place(copy, pointer, evaluate(source));
  return freezeAll(copy);
}

/** @param pointer a JSON Pointer, RFC 6901 */
function place(root: { [name: string]: unknown }, pointer: string, value: unknown): void {
  const path = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = path.pop();
  let holder: unknown = root;
  for (const part of path) holder = Object.hasOwn(Object(holder), part) ? (holder as typeof root)[part] : undefined;
  if (last === undefined || typeof holder !== "object" || holder === null) {
    throw new TypeError(`the constants have no place ${pointer} for a function`);
  }
  Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true });
}

function freezeAll<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) freezeAll(inner);
  return Object.freeze(value);
}
