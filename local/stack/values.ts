/** Terraform's values as JSON's, and its conversions between them. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

/** A value that cannot be had, or not be used so: a sentence for whoever wrote the stack. */
export class UnusableValue extends Error {
  override readonly name = "UnusableValue";
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isRecord(value: Value): value is { readonly [name: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function kindOf(value: Value): string {
  if (value === null) return "null";
  if (isList(value)) return "a list";
  return isRecord(value) ? "an object" : `a ${typeof value}`;
}

/** @param what the value's name, for the error */
export function toText(value: Value, what: () => string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new UnusableValue(`${what()} is ${kindOf(value)}, where text is wanted`);
}

export function toNumber(value: Value, what: () => string): number {
  const converted = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof converted === "number" && !Number.isNaN(converted)) return converted;
  throw new UnusableValue(`${what()} is ${kindOf(value)}, where a number is wanted`);
}

export function toBoolean(value: Value, what: () => string): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  throw new UnusableValue(`${what()} is ${kindOf(value)}, where true or false is wanted`);
}

/** Equality of values of one type: an object's order does not count. */
export function sameValue(a: Value, b: Value): boolean {
  return canonical(a) === canonical(b);
}

/** Text that is equal for equal values: objects by sorted keys, as Terraform keeps them. */
export function canonical(value: Value): string {
  return JSON.stringify(sorted(value));
}

export function sorted(value: Value): Value {
  if (isList(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
