import type { Json } from "../spec";
import { normalFloat, normalText } from "./scalar";

/** As deep as JSON is followed, in events and in what functions give. */
export const DEEPEST_JSON = 100;

/**
 * A copy of a value that is JSON; undefined where it is none, or holds what JSON cannot say. As in JSON.stringify,
 * fields that are undefined are left out.
 */
export function plainJson(value: unknown, depth = 0): Json | undefined {
  if (typeof value === "string") return normalText(value);
  if (typeof value === "number") return normalFloat(value);
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object" || depth === DEEPEST_JSON) return undefined;
  if (Array.isArray(value)) {
    const list: Json[] = [];
    for (const one of value) {
      const plain = plainJson(one, depth + 1);
      if (plain === undefined) return undefined;
      list.push(plain);
    }
    return list;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // A Date, a Map or a class's instance is no JSON. An object literal has the prototype of its realm's objects.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return undefined;
  const entries: [string, Json][] = [];
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue;
    const plain = plainJson(one, depth + 1);
    if (plain === undefined || normalText(name) === undefined) return undefined;
    entries.push([name, plain]);
  }
  return Object.fromEntries(entries);
}
