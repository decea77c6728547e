/** What a function's argument must be. */
import { isList, isRecord, kindOf, toNumber, toText, UnusableValue, type Value } from "./values";

/** Functions by their names in Terraform. */
export type Functions = { readonly [name: string]: (...given: readonly Value[]) => Value };

export function text(value: Value | undefined): string {
  return toText(value ?? null, () => "an argument");
}

export function number(value: Value | undefined): number {
  return toNumber(value ?? null, () => "an argument");
}

export function list(value: Value | undefined): readonly Value[] {
  if (value !== undefined && isList(value)) return value;
  throw new UnusableValue(`a list is wanted, and ${kindOf(value ?? null)} was given`);
}

export function record(value: Value | undefined): { readonly [name: string]: Value } {
  if (value !== undefined && isRecord(value)) return value;
  throw new UnusableValue(`an object is wanted, and ${kindOf(value ?? null)} was given`);
}

/** Terraform writes patterns as RE2 does, which differs from JavaScript in how a group is named. */
export function pattern(source: string): RegExp {
  try {
    return new RegExp(source.replaceAll("(?P<", "(?<"), "g");
  } catch (error) {
    throw new UnusableValue(`the pattern ${source} cannot be read: ${(error as Error).message}`);
  }
}
