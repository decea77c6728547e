import { after, type Draft, type Node } from "../graph/graph";
import { nullable, type AnyField, type Fields } from "../schema/field";
import { keyKind, sayKeys, sayNotAlike } from "./checks";
import type { KeyType, NullableFields, OfType, OrSay, Simplify } from "./field-names";
import type { StepOptions } from "./function";

/** `inner`: only pairs; `left`: every left row, `full`: every row of both, with null where the other side is missing. */
export type JoinType = "inner" | "left" | "full";

export interface JoinOptions<Key extends string, Type extends JoinType> extends StepOptions {
  /** The fields by which rows meet, of the same name and type on both sides. A null meets nothing. */
  readonly on: Key | readonly Key[];
  /** @default "inner" */
  readonly type?: Type;
}

/** The fields that both rows have, of one type, and that can be keys. */
export type CommonKey<F extends Fields, G extends Fields> = OrSay<
  keyof {
    readonly [
      Name in keyof OfType<F, KeyType> as Name extends keyof OfType<G, F[Name & keyof F]["type"]> ? Name : never
    ]: 1;
  } &
    string,
  "the two rows have no key field of one name and type: .rename(...) one first"
>;

/** `unknown` where two rows can become one, or where the key is what is wrong; else a sentence. */
export type Mergeable<F extends Fields, G extends Fields, Key> = [Key] extends [keyof F & keyof G]
  ? [Exclude<keyof F & keyof G, Key>] extends [never]
    ? unknown
    : `both rows have a field "${Exclude<keyof F & keyof G, Key> & string}": .rename(...) or .drop(...) one first`
  : unknown;

/** The keys are the left row's; of a full join they may be the right row's too, and null where that allows it. */
type KeyFields<F extends Fields, G extends Fields, Key extends string, Type extends JoinType> = {
  readonly [Name in Key & keyof F]: Type extends "full"
    ? Name extends keyof G
      ? G[Name]["mode"] extends "NULLABLE"
        ? NullableFields<F>[Name]
        : F[Name]
      : F[Name]
    : F[Name];
};

/** What a join gives: the keys, then the left row's fields, then the right one's. */
export type Joined<F extends Fields, G extends Fields, Key extends string, Type extends JoinType> = Simplify<
  KeyFields<F, G, Key, Type> &
    (Type extends "full" ? NullableFields<Omit<F, Key>> : Omit<F, Key>) &
    (Type extends "inner" ? Omit<G, Key> : NullableFields<Omit<G, Key>>)
>;

export function join(of: Node, right: Node, options: JoinOptions<string, JoinType>): Draft {
  const keys = [options.on].flat();
  const type = options.type ?? "inner";
  const { window } = of.stream;
  return {
    kind: "join",
    name: options.name,
    fields: {
      ...keyFields(of.fields, right.fields, keys, type),
      ...missing(
        type === "full",
        pick(of.fields, (name) => !keys.includes(name)),
      ),
      ...missing(
        type !== "inner",
        pick(right.fields, (name) => !keys.includes(name)),
      ),
    },
    stream: after(of.stream, window === undefined ? {} : { window: { ...window, panes: true } }),
    describe(report) {
      if (keys.length === 0) report.say('it has no key: name one, as in { on: "user_id" }');
      sayKeys(report, of.fields, keys);
      for (const key of keys) {
        const [one, other] = [of.fields[key], right.fields[key]];
        if (other === undefined) report.say(`the right row has no field "${key}"`);
        else if (one !== undefined && keyKind(one) !== keyKind(other)) {
          const [left, right] = [keyKind(one), keyKind(other)];
          report.say(`"${key}" is ${left} on the left and ${right} on the right: let both be of one kind`);
        } else if (
          one !== undefined &&
          type === "full" &&
          String(one.options.values) !== String(other.options.values)
        ) {
          report.say(`"${key}" has other values on the left than on the right: a full join gives those of both`);
        }
      }
      for (const name of Object.keys(of.fields)) {
        if (Object.hasOwn(right.fields, name) && !keys.includes(name)) {
          report.say(`both rows have a field "${name}": .rename(...) or .drop(...) one first`);
        }
      }
      const endless = [of, right].some(({ stream: { flow } }) => flow === "row-wise" || flow === "stateful");
      if (endless) report.say("a stream has no end, so this would never give a row: call .window(...) first");
      else sayNotAlike(report, of, right);
      if (window?.firesTwice === true && window.accumulation === "discarding") {
        report.say(
          'rows of two discarding panes never meet, and these windows may fire twice: say { accumulation: "accumulating" }',
        );
      }
      return { kind: "join", on: keys, type };
    },
  };
}

/** {@link KeyFields} at run time. */
const keyFields = (left: Fields, right: Fields, keys: readonly string[], type: JoinType): Fields =>
  Object.fromEntries(
    Object.entries(pick(left, (name) => keys.includes(name))).map(([name, field]) => [
      name,
      type === "full" && right[name]?.mode === "NULLABLE" ? asNullable(field) : field,
    ]),
  );

const pick = (fields: Fields, taken: (name: string) => boolean): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => taken(name)));

/** A side that may be missing. A list is empty then, so it stays as it is. */
export const missing = (may: boolean, fields: Fields): Fields =>
  may ? Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, asNullable(field)])) : fields;

const asNullable = (field: AnyField): AnyField =>
  field.mode === "REQUIRED" ? nullable(field as AnyField & { readonly mode: "REQUIRED" }) : field;
