/**
 * Terraform's functions that give the same for the same arguments and need nothing but them.
 * @see https://developer.hashicorp.com/terraform/language/functions
 */
import type { Functions } from "./arguments";
import { collections } from "./functions-collections";
import { texts } from "./functions-text";
import { UnusableValue, type Value } from "./values";

const functions: Functions = { ...texts, ...collections };

/** Known, and impossible here: what they give depends on the moment, on the machine, or on files beside the stack. */
const impossible: { readonly [name: string]: string } = {
  timestamp: "it gives another value each time",
  plantimestamp: "it gives another value each time",
  uuid: "it gives another value each time",
  bcrypt: "it gives another value each time",
  file: "files beside the stack are not read here",
  filebase64: "files beside the stack are not read here",
  templatefile: "files beside the stack are not read here",
};

/** @throws UnusableValue where there is no such function here, or it does not take these arguments */
export function callFunction(name: string, given: readonly Value[]): Value {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found !== undefined) return found(...given);
  const why = impossible[name] ?? "the local cloud does not know this function";
  throw new UnusableValue(`${why}; compute the value in TypeScript instead`);
}
