import { decimalOf, unitsOf } from "../../../../pipeline/schema/decimal";
import type { FieldSpec, Json } from "../../../../pipeline/spec";
import type { Aggregator } from "./aggregator";

/**
 * A number; a bigint where that would lose digits, and for NUMERIC, in units of 10^-9. Over nothing it is undefined, and
 * for FLOAT -0, which no value is: so it is a number from the first, and kept as one.
 */
export type Sum = number | bigint | undefined;

const NOTHING = 0;
const NUMBER = 1;
const BIGINT = 2;

const codec: Pick<Aggregator<Sum>, "empty" | "write" | "read"> = {
  empty: () => undefined,
  write(writer, sum) {
    if (sum === undefined) writer.uint32(NOTHING);
    else if (typeof sum === "number") writer.uint32(NUMBER).double(sum);
    else writer.uint32(BIGINT).string(String(sum));
  },
  read(reader) {
    const kind = reader.uint32();
    if (kind === NOTHING) return undefined;
    return kind === NUMBER ? reader.double() : BigInt(reader.string());
  },
};

const floats: Aggregator<Sum> = {
  ...codec,
  empty: () => -0,
  add: (sum, value) => (sum as number) + (value as number),
  merge: (one, other) => (one as number) + (other as number),
  result: (sum) => (Object.is(sum, -0) ? null : (sum as number)),
};

/** Exact, however far it goes in between. */
const integers: Aggregator<Sum> = {
  ...codec,
  add(sum, value) {
    if (typeof value === "number" && typeof sum !== "bigint") {
      const next = (sum ?? 0) + value;
      if (Number.isSafeInteger(next)) return next;
    }
    return BigInt(sum ?? 0) + BigInt(value as number | string);
  },
  merge(one, other) {
    if (one === undefined || other === undefined) return one ?? other;
    const sum = Number(one) + Number(other);
    return Number.isSafeInteger(sum) && typeof one === typeof other ? sum : BigInt(one) + BigInt(other);
  },
  result(sum) {
    const number = Number(sum ?? 0);
    if (!Number.isSafeInteger(number)) throw new RangeError(`the sum is ${sum}, beyond the safe integers`);
    return sum === undefined ? null : number;
  },
};

const numerics: Aggregator<Sum> = {
  ...codec,
  add: (sum, value) => ((sum as bigint | undefined) ?? 0n) + unitsOf(value as string),
  merge: (one, other) =>
    one === undefined || other === undefined ? (one ?? other) : (one as bigint) + (other as bigint),
  result: (sum) => (sum === undefined ? null : decimalOf(sum as bigint)),
};

export function sum({ type }: FieldSpec): Aggregator<Sum> {
  if (type === "INTEGER") return integers;
  return type === "NUMERIC" ? numerics : floats;
}

/** A sum as a number, or for NUMERIC as text. */
export const sumValue = (aggregator: Aggregator<Sum>, of: Sum): Json =>
  aggregator === integers && typeof of === "bigint" ? Number(of) : aggregator.result(of);
