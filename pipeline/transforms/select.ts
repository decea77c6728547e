import type { Draft, Node } from "../graph/graph";
import type { AnyField, Fields } from "../schema/field";
import { sayTwice, sayUnknown } from "./checks";
import type { Problem } from "./field-names";

const pick = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(
    names.flatMap((name): [string, AnyField][] => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return field === undefined ? [] : [[name, field]];
    }),
  );

/** Only the named fields, in the order of the names. */
export const select = (of: Node, names: readonly string[]): Draft => ({
  kind: "select",
  fields: pick(of.fields, names),
  stream: of.stream,
  describe(report) {
    sayUnknown(report, of.fields, names);
    sayTwice(report, names);
    return { kind: "select" };
  },
});

/** All but the named fields. */
export const drop = (of: Node, names: readonly string[]): Draft => ({
  kind: "select",
  fields: pick(
    of.fields,
    Object.keys(of.fields).filter((name) => !names.includes(name)),
  ),
  stream: of.stream,
  describe(report) {
    sayUnknown(report, of.fields, names);
    return { kind: "select" };
  },
});

/** What renaming makes of fields. */
export type Renamed<F extends Fields, Names> = {
  readonly [Old in keyof F as Old extends keyof Names ? (Names[Old] extends string ? Names[Old] : Old) : Old]: F[Old];
};

/** `unknown` for each new name that may be, a sentence for each that may not. */
export type RenamesOf<F extends Fields, Names> = {
  readonly [Old in keyof Names]: Old extends keyof F
    ? Names[Old] extends Exclude<keyof F, keyof Names>
      ? Problem<`this row has a field "${Names[Old] & string}" already: choose another name`>
      : unknown
    : Problem<`this row has no field "${Old & string}"`>;
};

export function rename(of: Node, names: { readonly [old: string]: string | undefined }): Draft {
  const renames = Object.entries(names).flatMap(([old, to]) => (to === undefined ? [] : [[old, to] as const]));
  const renamed = new Map(renames);
  return {
    kind: "rename",
    fields: Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [renamed.get(name) ?? name, field])),
    stream: of.stream,
    describe(report) {
      sayUnknown(report, of.fields, [...renamed.keys()]);
      const results = Object.keys(of.fields).map((name) => renamed.get(name) ?? name);
      for (const name of new Set(results.filter((each, index) => results.indexOf(each) !== index))) {
        report.say(`two fields would be called "${name}": choose another name`);
      }
      return { kind: "rename", names: Object.fromEntries(renames) };
    },
  };
}
