/** The source that reads one value: `i` stands at its first byte, and after it when it is read. */
import type { FieldSpec } from "../../spec";
import { literal } from "../generated";

/** What the functions of one decoder share. */
export interface Scope {
  readonly functions: string[];
  /** Fields that {@link oddScalar} is told of. */
  readonly fields: FieldSpec[];
  /** How many interners the source asks for. */
  interners: number;
}

type Nested = (fields: readonly FieldSpec[], depth: number) => string;

/** Reads a field's value into a variable. */
export function readValue(field: FieldSpec, v: string, depth: number, scope: Scope, nested: Nested): string {
  if (field.mode === "REQUIRED") return readOne(field, v, depth, scope, nested);
  const isNull = "b[i] === 110 && b[i + 1] === 117 && b[i + 2] === 108 && b[i + 3] === 108";
  if (field.mode === "NULLABLE") {
    return `if (${isNull}) { ${v} = null; i += 4; }\nelse {\n${readOne(field, v, depth, scope, nested)}\n}`;
  }
  const one = `${v}_one`;
  return `${v} = [];
if (b[i] === 91) {
  i++;
  if (b[i] <= 32) i = spaceEnd(b, i, end);
  if (b[i] === 93) i++;
  else for (let ${one};;) {
    ${readOne(field, one, depth + 1, scope, nested)}
    ${v}.push(${one});
    if (b[i] <= 32) i = spaceEnd(b, i, end);
    if (b[i] === 44) {
      i++;
      if (b[i] <= 32) i = spaceEnd(b, i, end);
      continue;
    }
    if (b[i++] !== 93) return undefined;
    break;
  }
} else if (${isNull}) i += 4;
else return undefined;`;
}

function readOne(field: FieldSpec, v: string, depth: number, scope: Scope, nested: Nested): string {
  switch (field.type) {
    case "STRING":
      return readString(field, v, scope);
    case "INTEGER":
      return field.as === "text" ? odd(field, v, scope) : readInteger(field, v, scope);
    case "FLOAT":
      return readFloat(field, v, scope);
    case "BOOLEAN":
      return `if (b[i] === 116 && b[i + 1] === 114 && b[i + 2] === 117 && b[i + 3] === 101) { ${v} = true; i += 4; }
else if (b[i] === 102 && b[i + 1] === 97 && b[i + 2] === 108 && b[i + 3] === 115 && b[i + 4] === 101) { ${v} = false; i += 5; }
else return undefined;`;
    case "TIMESTAMP":
      return field.encoding === undefined || field.encoding === "text"
        ? readTimestamp(v)
        : readEpoch(field, field.encoding, v, scope);
    case "DATE":
    case "DATETIME":
    case "TIME":
      return readText(field, v, scope);
    case "NUMERIC":
    case "BYTES":
      return odd(field, v, scope);
    case "JSON":
      return `${v} = jsonAt(b, i, end, ${depth});\nif (${v} === undefined) return undefined;\ni = cursor.at;`;
    case "RECORD":
      return `if (b[i] !== 123) return undefined;
${v} = ${nested(field.fields ?? [], depth + 1)}(b, i + 1, end);
if (${v} === undefined) return undefined;
i = cursor.at;`;
  }
}

/** Leaves a value of any form to a function. */
function odd(field: FieldSpec, v: string, scope: Scope): string {
  const index = scope.fields.push(field) - 1;
  return `${v} = oddScalar(b, i, end, fields[${index}]);\nif (${v} === undefined) return undefined;\ni = cursor.at;`;
}

/** Text of ASCII without escapes, as it mostly is, from `s` to `i`; statements for it, and for any other. */
const quoted = (ascii: string, other: string): string => `if (b[i] !== 34) return undefined;
s = ++i;
while (i < end && plain[b[i]] === 1) i++;
if (b[i] === 34) {
  ${ascii}
  i++;
} else {
  ${other}
}`;

function readString(field: FieldSpec, v: string, scope: Scope): string {
  const read = quoted(
    `${v} = in${scope.interners++}.of(b, s, i);`,
    `${v} = textAt(b, s, end);\nif (${v} === undefined) return undefined;\ni = cursor.at;`,
  );
  if (field.values === undefined) return read;
  return `${read}\nif (${field.values.map((value) => `${v} !== ${literal(value)}`).join(" && ")}) return undefined;`;
}

/** A type that is text of one form. */
const readText = (field: FieldSpec, v: string, scope: Scope): string =>
  quoted(
    `${v} = ${field.type}(in${scope.interners++}.of(b, s, i));\nif (${v} === undefined) return undefined;`,
    "return undefined;",
  );

const readTimestamp = (v: string): string =>
  quoted(`${v} = timestampAt(b, s, i);\nif (${v} === undefined) return undefined;`, "return undefined;");

/** Digits into `n`, from `s` to `i`, with `minus` before them. A value that is read otherwise begins at `from`. */
const digits = `from = i;
minus = b[i] === 45;
if (minus) i++;
s = i;
n = 0;
while (b[i] >= 48 && b[i] <= 57) n = n * 10 + (b[i++] - 48);`;

/** No digit, or a zero before digits. */
const noNumber = "i === s || (b[s] === 48 && i > s + 1)";

/** A whole number of so many digits; any other form is left to a function. */
const whole = (most: number, then: string, field: FieldSpec, v: string, scope: Scope): string => `${digits}
if (${noNumber}) return undefined;
if (i - s <= ${most} && b[i] !== 46 && (b[i] | 32) !== 101) {
  ${then}
} else {
  i = from;
  ${odd(field, v, scope)}
}`;

const readInteger = (field: FieldSpec, v: string, scope: Scope): string =>
  whole(15, `${v} = minus ? 0 - n : n;`, field, v, scope);

const inSecond = { "epoch-seconds": 1, "epoch-millis": 1e3, "epoch-micros": 1e6 } as const;
/** From here on an epoch is no TIMESTAMP, or no safe integer. */
const beyond = {
  "epoch-seconds": 253_402_300_800,
  "epoch-millis": 253_402_300_800_000,
  "epoch-micros": 2 ** 53,
} as const;

function readEpoch(field: FieldSpec, encoding: keyof typeof inSecond, v: string, scope: Scope): string {
  const unit = inSecond[encoding];
  const then = `if (minus || n >= ${beyond[encoding]}) return undefined;
  s = Math.floor(n / ${unit});
  ${v} = timestampOf(s, (n - s * ${unit}) * ${1e6 / unit});`;
  return whole(16, then, field, v, scope);
}

const readFloat = (field: FieldSpec, v: string, scope: Scope): string => `${digits}
if (${noNumber}) return undefined;
fraction = i;
if (b[i] === 46) {
  i++;
  while (b[i] >= 48 && b[i] <= 57) n = n * 10 + (b[i++] - 48);
  fraction++;
  s++;
  if (i === fraction) return undefined;
}
if (i - s <= 15 && (b[i] | 32) !== 101) {
  // Digits and a power of ten that are both exact: their quotient is the number nearest to what is written.
  if (i > fraction) n /= powers[i - fraction];
  ${v} = minus ? 0 - n : n;
} else {
  i = from;
  ${odd(field, v, scope)}
}`;
