import type { Draft, InputNode, Node } from "../graph/graph";
import type { Fields } from "../schema/field";
import type { Merge } from "../schema/schema";
import { keyKind, sayUnknown } from "./checks";
import type { KeyType, NullableFields, OfType, OrSay, Simplify } from "./field-names";
import type { StepOptions } from "./function";
import { missing } from "./join";

/** What becomes of a row that finds nothing: its new fields are null, it goes, or it is an error. */
export type Missing = "null" | "drop" | "error";

export interface EnrichOptions<
  F extends Fields,
  G extends Fields,
  Key extends string,
  M extends Missing,
> extends StepOptions {
  /** Where the side input's key is found: its field's name to the row's. A null finds nothing. */
  readonly on: { readonly [SideField in Key]: KeyOf<F, G[SideField]["type"]> };
  /** @default "null" */
  readonly missing?: M;
}

type KeyOf<F extends Fields, Type> = OrSay<
  keyof OfType<F, Extract<Type, KeyType>> & string,
  `no field of this row is of the key's type, ${Type & string}`
>;

/** The row with the side's other fields. */
export type Enriched<F extends Fields, G extends Fields, Key extends string, M extends Missing> = Merge<
  F,
  M extends "null" ? NullableFields<Omit<G, Key>> : Simplify<Omit<G, Key>>
>;

/** `unknown` where the side's fields have room in the row; else a sentence. */
export type RoomFor<F extends Fields, G extends Fields, Key extends string> = [
  keyof F & Exclude<keyof G, Key>,
] extends [never]
  ? unknown
  : `both have a field "${keyof F & Exclude<keyof G, Key> & string}": .rename(...) or .drop(...) the row's first`;

export function enrich(
  of: Node,
  side: InputNode,
  key: readonly string[],
  options: StepOptions & { readonly on: { readonly [sideField: string]: string }; readonly missing?: Missing },
): Draft {
  const added = Object.fromEntries(Object.entries(side.fields).filter(([name]) => !key.includes(name)));
  const whenMissing = options.missing ?? "null";
  return {
    kind: "enrich",
    name: options.name,
    side,
    fields: { ...of.fields, ...missing(whenMissing === "null", added) },
    stream: of.stream,
    describe(report) {
      sayUnknown(report, of.fields, Object.values(options.on));
      for (const name of new Set([...key, ...Object.keys(options.on)])) {
        const [sideField, field] = [side.fields[name], of.fields[options.on[name] ?? ""]];
        if (!key.includes(name)) report.say(`"${name}" is not of the side input's key: that is ${key.join(", ")}`);
        else if (options.on[name] === undefined) report.say(`on does not say which field is "${name}"`);
        else if (sideField !== undefined && field !== undefined && keyKind(sideField) !== keyKind(field)) {
          report.say(
            `"${name}" is ${keyKind(sideField)} and "${options.on[name]}" is ${keyKind(field)}: let both be of one kind`,
          );
        }
      }
      for (const name of Object.keys(added)) {
        if (Object.hasOwn(of.fields, name)) {
          report.say(`both have a field "${name}": .rename(...) or .drop(...) the row's first`);
        }
      }
      return { kind: "enrich", side: side.name, on: options.on, missing: whenMissing };
    },
  };
}
