import { parseExactly } from "../exact-json";

/** What a schema's definition is read into. */
export interface CompiledSchema {
  /** Names of the top-level fields. */
  readonly fields: readonly string[];
  /** @throws SchemaMismatch */
  readJson(text: string): FieldValues;
  /** @throws SchemaMismatch */
  readBinary(data: Uint8Array): FieldValues;
}

/** A message taken apart: values as JSON has them, 64-bit numbers as text, bytes as base64. */
export interface FieldValues {
  readonly [field: string]: unknown;
}

/** Data that is not as its schema says. */
export class SchemaMismatch extends Error {
  override readonly name = "SchemaMismatch";

  constructor(path: string, rule: string) {
    super(`${path}: ${rule}`);
  }
}

/** A definition that is not a schema. */
export class BadDefinition extends Error {
  override readonly name = "BadDefinition";
}

/** A value, shortened for an error. */
export function shown(value: unknown): string {
  const text = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Integers outside of the safe range are bigints. */
export function parseJson(text: string): unknown {
  try {
    return parseExactly(text, BigInt);
  } catch (error) {
    throw new SchemaMismatch("$", `the data is not JSON: ${(error as Error).message}`);
  }
}

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
