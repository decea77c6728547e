import type { Json } from "../spec";

/** A constant that is a function travels as its source. */
export type CarryFunction = (value: Function, path: string) => string | undefined;

export interface CarriedConstants {
  readonly constants: { readonly [name: string]: Json };
  /** JSON Pointer (RFC 6901) into the constants to the source of the function that belongs there. */
  readonly helpers: { readonly [pointer: string]: string };
  /** Sentences: `constants.max is Infinity: a constant is ...`. */
  readonly problems: readonly string[];
}

/** Constants as JSON, so that every engine reads the same. */
export function carryConstants(
  constants: { readonly [name: string]: unknown },
  carry: CarryFunction,
): CarriedConstants {
  const carrier = new Carrier(carry);
  const carried = carrier.object(constants, { path: "constants", pointer: "" });
  return { constants: carried, helpers: carrier.helpers, problems: carrier.problems };
}

/** Where a value lies: as a user writes it, `constants.a[0]`, and as JSON Pointer, `/a/0`. */
interface Place {
  readonly path: string;
  readonly pointer: string;
}

class Carrier {
  readonly helpers: { [pointer: string]: string } = {};
  readonly problems: string[] = [];
  private readonly within = new Set<object>();

  constructor(private readonly carry: CarryFunction) {}

  private value(value: unknown, place: Place): Json | undefined {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") return Number.isFinite(value) ? value : this.refuse(String(value), place);
    if (typeof value === "function") return this.function(value, place);
    if (typeof value !== "object") return this.refuse(value === undefined ? "undefined" : `a ${typeof value}`, place);
    if (this.within.has(value)) return this.refuse("a part of itself", place);
    this.within.add(value);
    const carried = this.container(value, place);
    this.within.delete(value);
    return carried;
  }

  private container(value: object, place: Place): Json | undefined {
    if (Array.isArray(value)) {
      // Array.from sees the holes, which map would skip. Where a function belongs stands null, so that others keep their places.
      return Array.from(value, (each: unknown, index) => this.value(each, inside(place, index)) ?? null);
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null || prototype === Object.prototype) return this.object({ ...value }, place);
    return this.refuse(`a ${value.constructor.name}`, place);
  }

  object(value: { readonly [name: string]: unknown }, place: Place): { readonly [name: string]: Json } {
    const carried: [string, Json][] = [];
    for (const [name, each] of Object.entries(value)) {
      const json = this.value(each, inside(place, name));
      if (json !== undefined) carried.push([name, json]);
    }
    return Object.fromEntries(carried);
  }

  private function(value: Function, place: Place): undefined {
    const source = this.carry(value, place.path);
    if (source !== undefined) this.helpers[place.pointer] = source;
  }

  private refuse(what: string, { path }: Place): undefined {
    this.problems.push(`${path} is ${what}: a constant is JSON or a self-contained function`);
  }
}

const inside = ({ path, pointer }: Place, key: string | number): Place => ({
  path:
    typeof key === "number"
      ? `${path}[${key}]`
      : /^[A-Za-z_$][\w$]*$/.test(key)
        ? `${path}.${key}`
        : `${path}[${JSON.stringify(key)}]`,
  pointer: `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`,
});
