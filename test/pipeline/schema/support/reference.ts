/** Decoding said once more, as plainly as can be: JSON.parse, with the digits of numbers kept beside it. */
import { normalDate, normalDatetime, normalTime } from "../../../../pipeline/schema/calendar";
import { normalDecimal } from "../../../../pipeline/schema/decimal";
import { normalTimestamp, timestampOfMicroseconds } from "../../../../pipeline/schema/timestamp";
import type { FieldSpec } from "../../../../pipeline/spec";

/** What no row comes of. */
export const REFUSED = Symbol("refused");

class Digits {
  constructor(readonly digits: string) {}
}

/** The row of an event, or {@link REFUSED}. */
export function reference(fields: readonly FieldSpec[], bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    JSON.parse(text);
    value = withDigits(text);
  } catch {
    return REFUSED;
  }
  return row(fields, value);
}

/** JSON.parse of a text that is JSON, its numbers as they are written. */
function withDigits(text: string): unknown {
  const marked = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `["\\u0000digits",${JSON.stringify(token)}]`,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    Array.isArray(value) && value.length === 2 && value[0] === "\u0000digits" ? new Digits(value[1] as string) : value,
  );
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Digits);

function row(fields: readonly FieldSpec[], value: unknown): unknown {
  if (!isObject(value)) return REFUSED;
  const made: [string, unknown][] = [];
  for (const field of fields) {
    const found = one(field, Object.hasOwn(value, field.name) ? value[field.name] : undefined);
    if (found === REFUSED) return REFUSED;
    made.push([field.name, found]);
  }
  return Object.fromEntries(made);
}

function one(field: FieldSpec, value: unknown): unknown {
  if (field.mode === "NULLABLE" && (value === undefined || value === null)) return null;
  if (field.mode === "REPEATED") {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) return REFUSED;
    const list = value.map((element: unknown) => scalar(field, element));
    return list.includes(REFUSED) ? REFUSED : list;
  }
  return value === undefined ? REFUSED : scalar(field, value);
}

function scalar(field: FieldSpec, value: unknown): unknown {
  const written = value instanceof Digits ? value.digits : undefined;
  const text = typeof value === "string" ? value : undefined;
  switch (field.type) {
    case "STRING":
      return text === undefined || field.values?.includes(text) === false || /\p{Surrogate}/u.test(text)
        ? REFUSED
        : text;
    case "INTEGER": {
      const whole =
        written === undefined
          ? /^-?\d+$/.test(text ?? "")
            ? BigInt(text as string)
            : undefined
          : exactly(written, 0n);
      if (whole === undefined) return REFUSED;
      if (field.as === "text") return BigInt.asIntN(64, whole) === whole ? String(whole) : REFUSED;
      return Number.isSafeInteger(Number(whole)) ? Number(whole) : REFUSED;
    }
    case "FLOAT": {
      const number = Number(written ?? Number.NaN);
      return Number.isFinite(number) ? number + 0 : REFUSED;
    }
    case "BOOLEAN":
      return typeof value === "boolean" ? value : REFUSED;
    case "NUMERIC":
      return normalDecimal(written ?? text ?? "") ?? REFUSED;
    case "TIMESTAMP":
      return (
        epoch(field, written ?? text) ??
        (text === undefined || field.encoding !== undefined ? REFUSED : (normalTimestamp(text) ?? REFUSED))
      );
    case "DATE":
      return normalDate(text ?? "") ?? REFUSED;
    case "DATETIME":
      return normalDatetime(text ?? "") ?? REFUSED;
    case "TIME":
      return normalTime(text ?? "") ?? REFUSED;
    case "BYTES":
      return text !== undefined && Buffer.from(text, "base64").toString("base64") === text ? text : REFUSED;
    case "JSON":
      return plain(value);
    case "RECORD":
      return row(field.fields ?? [], value);
  }
}

const numberForm = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A number times 10^power, where that is whole and not too long to count. */
function exactly(digits: string, power: bigint, floor = false): bigint | undefined {
  const [, sign, whole = "", fraction = "", exponent = "0"] = numberForm.exec(digits) ?? [];
  if (sign === undefined) return undefined;
  const mantissa = BigInt(`${sign}${whole}${fraction}`);
  if (mantissa === 0n) return 0n;
  const scale = BigInt(exponent) - BigInt(fraction.length) + power;
  if (scale > 40n) return undefined;
  if (scale >= 0n) return mantissa * 10n ** scale;
  const divisor = 10n ** (scale < -2_000n ? 2_000n : -scale);
  const quotient = mantissa / divisor;
  if (mantissa % divisor === 0n) return quotient;
  if (!floor) return undefined;
  return mantissa < 0n ? quotient - 1n : quotient;
}

function epoch({ encoding }: FieldSpec, digits: string | undefined): string | undefined {
  if (encoding === undefined || encoding === "text" || digits === undefined) return undefined;
  const micros = exactly(digits, { "epoch-seconds": 6n, "epoch-millis": 3n, "epoch-micros": 0n }[encoding], true);
  try {
    return micros === undefined ? undefined : timestampOfMicroseconds(micros);
  } catch {
    return undefined;
  }
}

function plain(value: unknown): unknown {
  if (typeof value === "string") return /\p{Surrogate}/u.test(value) ? REFUSED : value;
  if (value instanceof Digits) {
    const number = Number(value.digits);
    return Number.isFinite(number) && rational(value.digits) === rational(String(number)) ? number + 0 : REFUSED;
  }
  if (Array.isArray(value)) {
    const list = value.map(plain);
    return list.includes(REFUSED) ? REFUSED : list;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => [name, plain(inner)]);
  return entries.some(([name, inner]) => inner === REFUSED || /\p{Surrogate}/u.test(name))
    ? REFUSED
    : Object.fromEntries(entries);
}

/** One text for each number, however it is written. */
function rational(digits: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = numberForm.exec(digits) ?? [];
  const trimmed = `${whole}${fraction}`.replace(/^0+/, "");
  const mantissa = trimmed.replace(/0+$/, "");
  if (mantissa === "") return "0";
  return `${sign}${mantissa}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(trimmed.length - mantissa.length)}`;
}
