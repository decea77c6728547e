/** The many ways in which publishers write one event. */
import * as fc from "fast-check";
import { microsecondsOf } from "../../../../pipeline/schema/timestamp";
import type { FieldSpec } from "../../../../pipeline/spec";
import type { PlainRow } from "./arbitrary";

const space = fc.oneof(
  { weight: 6, arbitrary: fc.constant("") },
  { weight: 2, arbitrary: fc.constant(" ") },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "\r"), maxLength: 3 }) },
);

/** Text in quotes, some of its characters escaped though they need not be. */
const quoted = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(JSON.stringify(text)) },
    {
      weight: 1,
      arbitrary: fc.array(fc.boolean(), { minLength: text.length, maxLength: text.length }).map((choices) => {
        const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
        // Half a pair that is escaped and half that is not are no pair: a choice counts for the whole text then.
        const pairs = units.some((unit) => unit >= 0xd800 && unit < 0xe000);
        const escape = (i: number): boolean => (pairs ? choices[0] : choices[i]) === true;
        const spelled = units.map((unit, i) =>
          escape(i)
            ? `\\u${unit.toString(16).padStart(4, "0")}`
            : JSON.stringify(String.fromCharCode(unit)).slice(1, -1),
        );
        return pairs && choices[0] !== true ? JSON.stringify(text) : `"${spelled.join("")}"`;
      }),
    },
  );

const integer = (digits: string): fc.Arbitrary<string> =>
  fc.constantFrom(digits, `"${digits}"`, `${digits}.0`, `${digits}e0`, digits === "0" ? "0e9" : `${digits}000E-3`);

const float = (value: number): fc.Arbitrary<string> =>
  fc.constantFrom(String(value), value.toExponential(), value.toPrecision(17), value.toPrecision(21));

const numeric = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(text, `"${text}"`, `${text}e0`, text.includes(".") ? `${text}00` : `${text}.00`);

function timestamp(text: string, encoding: FieldSpec["encoding"]): fc.Arbitrary<string> {
  const micros = microsecondsOf(text);
  const sign = micros < 0n ? "-" : "";
  const digits = String(micros < 0n ? -micros : micros).padStart(7, "0");
  const shifted = (places: number): string =>
    `${sign}${digits.slice(0, -places).replace(/^0+(?=\d)/, "")}.${digits.slice(-places)}`;
  switch (encoding) {
    case "epoch-seconds":
      return fc.constantFrom(shifted(6), `"${shifted(6)}"`, `${micros}e-6`);
    case "epoch-millis":
      return fc.constantFrom(shifted(3), `"${shifted(3)}"`);
    case "epoch-micros":
      return fc.constantFrom(String(micros), `"${micros}"`, `${micros}.0`);
    default:
      return fc
        .constantFrom(text, text.slice(0, -1), text.replace("T", " "), `${text.slice(0, -1)}+00:00`)
        .map((one) => `"${one}"`);
  }
}

/** A value of a field as text. */
function spelled(field: FieldSpec, value: unknown): fc.Arbitrary<string> {
  if (field.mode === "NULLABLE" && value === null) return fc.constant("null");
  if (field.mode === "REPEATED") {
    const list = value as readonly unknown[];
    if (list.length === 0) return fc.constantFrom("[]", "null", "[ ]");
    const element: FieldSpec = { ...field, mode: "REQUIRED" };
    return fc
      .tuple(...list.map((one) => fc.tuple(space, spelled(element, one), space)))
      .map((parts) => `[${parts.map((part) => part.join("")).join(",")}]`);
  }
  switch (field.type) {
    case "STRING":
      return quoted(value as string);
    case "INTEGER":
      return integer(String(value));
    case "FLOAT":
      return float(value as number);
    case "NUMERIC":
      return numeric(value as string);
    case "TIMESTAMP":
      return timestamp(value as string, field.encoding);
    case "RECORD":
      return spelledRow(field.fields ?? [], value as PlainRow);
    default:
      return fc.constant(JSON.stringify(value));
  }
}

const strange = fc
  .tuple(
    fc.constantFrom("zzz", "Größe", "a_name_that_is_quite_long", "__proto__", "x-y", ""),
    fc.constantFrom(
      '"a\\u0041\\n\\\\"',
      "-0.5e+3",
      "true",
      "null",
      '{"a":[1,{"b":null}],"a":2}',
      "[]",
      '"größe"',
      "123456789012345678901",
    ),
  )
  .map(([name, value]) => `${JSON.stringify(name)}:${value}`);

/** A row as a JSON object: fields in any order, some twice, unknown ones among them, what is null or empty absent. */
export function spelledRow(fields: readonly FieldSpec[], row: PlainRow): fc.Arbitrary<string> {
  const known = fields.map((field) =>
    fc.record({
      name: quoted(field.name),
      value: spelled(field, row[field.name]),
      spaces: fc.tuple(space, space, space, space),
      absent: isAbsent(field, row[field.name]) ? fc.boolean() : fc.constant(false),
      before: fc.oneof(
        { weight: 9, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.constant([`${JSON.stringify(field.name)}:{"twice":[]}`]) },
      ),
    }),
  );
  return fc
    .tuple(fc.tuple(...known), fc.array(strange, { maxLength: 2 }), fc.boolean(), fc.infiniteStream(fc.nat(100)))
    .map(([parts, more, ordered, places]) => {
      const texts = parts
        .filter(({ absent }) => !absent)
        .flatMap(({ name, value, spaces: [a, b, c, d], before }) => [...before, `${a}${name}${b}:${c}${value}${d}`]);
      for (const one of more) texts.splice(places.next().value % (texts.length + 1), 0, one);
      // In another order, but what comes twice keeps its own.
      const turn = ordered ? 0 : places.next().value % (texts.length + 1);
      const turned = texts.some((text) => text.endsWith('{"twice":[]}'))
        ? texts
        : [...texts.slice(turn), ...texts.slice(0, turn)];
      return `{${turned.join(",")}}`;
    });
}

const isAbsent = (field: FieldSpec, value: unknown): boolean =>
  field.mode === "NULLABLE" ? value === null : field.mode === "REPEATED" && (value as readonly unknown[]).length === 0;

/** Bytes with a few of them changed, lost, doubled or swapped. */
export function mutated(bytes: Buffer): fc.Arbitrary<Buffer> {
  const interesting = fc.oneof(
    fc.constantFrom(...Buffer.from('{}[]",:\\0123456789eE.+-tfnu \n')),
    fc.constantFrom(0, 1, 31, 127, 128, 0xc3, 0xed, 0xff),
  );
  const change = fc.tuple(
    fc.constantFrom("set", "insert", "delete", "double", "cut"),
    fc.nat(Math.max(0, bytes.length - 1)),
    interesting,
  );
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    let now = [...bytes];
    for (const [kind, place, byte] of changes) {
      const at = Math.min(place, now.length);
      if (kind === "set") now[at] = byte;
      else if (kind === "insert") now.splice(at, 0, byte);
      else if (kind === "delete") now.splice(at, 1);
      else if (kind === "double") now.splice(at, 0, ...now.slice(at, at + 5));
      else now = now.slice(0, at);
    }
    return Buffer.from(now);
  });
}
