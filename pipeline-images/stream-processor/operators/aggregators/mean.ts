import { decimal } from "../../../../pipeline/schema/decimal";
import type { Decimal } from "../../../../pipeline/schema/field";
import type { FieldSpec } from "../../../../pipeline/spec";
import type { Aggregator } from "./aggregator";
import { type Sum, sum, sumValue } from "./sum";

interface Mean {
  count: number;
  sum: Sum;
}

/** A FLOAT, or a NUMERIC of NUMERIC. */
export function mean(field: FieldSpec): Aggregator<Mean> {
  const sums = sum(field);
  return {
    empty: () => ({ count: 0, sum: sums.empty() }),
    add(accumulator, value, time) {
      accumulator.count += 1;
      accumulator.sum = sums.add(accumulator.sum, value, time);
      return accumulator;
    },
    merge: (one, other) => ({ count: one.count + other.count, sum: sums.merge(one.sum, other.sum) }),
    result({ count, sum: total }) {
      if (count === 0) return null;
      const value = sumValue(sums, total);
      return field.type === "NUMERIC" ? decimal.divide(value as Decimal, `${count}`) : (value as number) / count;
    },
    write(writer, accumulator) {
      writer.safeInt64(accumulator.count);
      sums.write(writer, accumulator.sum);
    },
    read: (reader) => ({ count: reader.safeInt64(), sum: sums.read(reader) }),
  };
}
