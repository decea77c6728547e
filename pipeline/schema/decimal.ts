/**
 * NUMERIC: exact decimal numbers as text, 29 digits before the point and 9 after it, without an exponent,
 * leading or trailing zeros, or a minus before zero. Counted in units of 10^-9 as bigints.
 * @see https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types
 */
import type { Decimal } from "./field";

const SCALE = 9;
const PRECISION = 38;
const ONE = 10n ** BigInt(SCALE);
const LIMIT = 10n ** BigInt(PRECISION);

/** A number as JSON writes it: sign, whole digits, fraction, exponent. */
const form = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const canonical = /^-?(?:0|[1-9]\d{0,28})(?:\.\d{0,8}[1-9])?$/;

/** Why a text is no NUMERIC. */
export type NotNumeric =
  | "is no number"
  | "has more than 29 digits before the point"
  | "has more than 9 digits after the point";

/**
 * The same number in its one form: "1.50" and "15e-1" are "1.5".
 * @returns undefined where it is no number, or one that NUMERIC cannot hold; {@link whyNotNumeric} tells which.
 */
export function normalDecimal(text: string): Decimal | undefined {
  if (canonical.test(text) && text !== "-0") return text as Decimal;
  const units = exactUnits(text);
  return typeof units === "bigint" ? decimalOf(units) : undefined;
}

/** @param text one that {@link normalDecimal} refused */
export function whyNotNumeric(text: string): NotNumeric {
  const units = exactUnits(text);
  return typeof units === "bigint" ? "is no number" : units;
}

/** Units of 10^-9 of a number's text, or why NUMERIC cannot hold it. */
function exactUnits(text: string): bigint | NotNumeric {
  const parsed = parts(text);
  if (parsed === undefined) return "is no number";
  const { negative, digits, exponent } = parsed;
  if (digits === "") return 0n;
  if (digits.length + exponent > PRECISION - SCALE) return "has more than 29 digits before the point";
  if (exponent < -SCALE) return "has more than 9 digits after the point";
  const units = BigInt(digits) * 10n ** BigInt(exponent + SCALE);
  return negative ? -units : units;
}

/** A number as digits * 10^exponent, its digits without zeros at either end; zero has none, and no exponent. */
export function parts(text: string): { negative: boolean; digits: string; exponent: number } | undefined {
  const [, sign, whole = "", fraction = "", power = "0"] = form.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const all = whole + fraction;
  // Loops, not /0+$/: that costs the square of the zeros in the middle of a hostile number.
  let start = 0;
  let end = all.length;
  while (start < end && all[start] === "0") start++;
  while (end > start && all[end - 1] === "0") end--;
  const exponent = start === end ? 0 : Number(power) - fraction.length + (all.length - end);
  return { negative: sign === "-", digits: all.slice(start, end), exponent };
}

/** A NUMERIC as units of 10^-9. For sums that stay exact without text between the steps. */
export function unitsOf(decimal: string): bigint {
  const units = exactUnits(decimal);
  if (typeof units === "bigint") return units;
  throw new RangeError(`"${decimal}" ${units}: it is no NUMERIC`);
}

/**
 * The NUMERIC of so many units of 10^-9.
 * @throws RangeError where it has more than 29 digits before the point.
 */
export function decimalOf(units: bigint): Decimal {
  const magnitude = units < 0n ? -units : units;
  if (magnitude >= LIMIT) throw new RangeError(`${units / ONE} has more than 29 digits: it is no NUMERIC`);
  const fraction = String(magnitude % ONE)
    .padStart(SCALE, "0")
    .replace(/0+$/, "");
  const text = `${magnitude / ONE}${fraction === "" ? "" : `.${fraction}`}`;
  return (units < 0n ? `-${text}` : text) as Decimal;
}

/** a / b to a whole number, halves away from zero, as BigQuery rounds. */
function divideRounded(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  const rest = a - quotient * b;
  const twice = 2n * (rest < 0n ? -rest : rest);
  if (twice < (b < 0n ? -b : b)) return quotient;
  return a < 0n === b < 0n ? quotient + 1n : quotient - 1n;
}

/** Exact decimal arithmetic for a pipeline's functions, on the text of NUMERIC values. */
export interface DecimalArithmetic {
  /** -1 where a is less than b, 0 where they are equal, 1 where a is more: `<` on text does not tell. */
  compare(a: Decimal, b: Decimal): -1 | 0 | 1;
  /** The sum of however many. */
  add(...terms: readonly Decimal[]): Decimal;
  subtract(a: Decimal, b: Decimal): Decimal;
  /** Rounded to 9 digits after the point, halves away from zero. */
  multiply(a: Decimal, b: Decimal): Decimal;
  /** Rounded to 9 digits after the point, halves away from zero. @throws RangeError where b is zero. */
  divide(a: Decimal, b: Decimal): Decimal;
  /** Rounded to so many digits after the point (0 to 9), halves away from zero. */
  round(a: Decimal, digits: number): Decimal;
  /** A number as a NUMERIC, by its shortest digits (0.1 is "0.1"), rounded to 9 after the point. */
  of(value: number): Decimal;
}

/**
 * All throw RangeError where an operand is no NUMERIC or the result has more than 29 digits before the point;
 * within a pipeline's function that makes the row an error row.
 */
export const decimal: DecimalArithmetic = Object.freeze({
  compare(a, b) {
    const [x, y] = [operand("compare", a), operand("compare", b)];
    return x < y ? -1 : x > y ? 1 : 0;
  },
  add(...terms) {
    let sum = 0n;
    for (const term of terms) sum += operand("add", term);
    return decimalOf(sum);
  },
  subtract: (a, b) => decimalOf(operand("subtract", a) - operand("subtract", b)),
  multiply: (a, b) => decimalOf(divideRounded(operand("multiply", a) * operand("multiply", b), ONE)),
  divide(a, b) {
    const divisor = operand("divide", b);
    if (divisor === 0n) throw new RangeError(`decimal.divide: ${a} / ${b} divides by zero`);
    return decimalOf(divideRounded(operand("divide", a) * ONE, divisor));
  },
  round(a, digits) {
    if (!(Number.isInteger(digits) && digits >= 0 && digits <= SCALE)) {
      throw new RangeError(`decimal.round: ${digits} digits after the point: NUMERIC has 0 to ${SCALE}`);
    }
    const unit = 10n ** BigInt(SCALE - digits);
    return decimalOf(divideRounded(operand("round", a), unit) * unit);
  },
  of: (value) => decimalOf(roundedUnits(value)),
} satisfies DecimalArithmetic);

function operand(operation: string, value: unknown): bigint {
  if (typeof value !== "string") {
    const hint = typeof value === "number" ? `: decimal.of(${value}) makes it one` : "";
    throw new RangeError(`decimal.${operation}: ${String(value)} is no NUMERIC${hint}`);
  }
  const units = exactUnits(value);
  if (typeof units === "bigint") return units;
  throw new RangeError(`decimal.${operation}: "${value}" ${units}`);
}

function roundedUnits(value: unknown): bigint {
  const parsed = typeof value === "number" ? parts(String(value)) : undefined;
  if (parsed === undefined) throw new RangeError(`decimal.of: ${String(value)} is not a finite number`);
  const { negative, digits, exponent } = parsed;
  if (digits === "") return 0n;
  // A number has 17 digits at most: with 40 places below the scale, all of them are.
  const shift = exponent + SCALE;
  const magnitude =
    shift >= 0
      ? BigInt(digits) * 10n ** BigInt(shift)
      : shift < -40
        ? 0n
        : divideRounded(BigInt(digits), 10n ** BigInt(-shift));
  return negative ? -magnitude : magnitude;
}
