import type { AnyField, Fields } from "../schema/field";
import type { Combiner } from "./combiner";

/** What becomes of the rows of a group. `Name` is the field it takes, `never` where it takes none. */
export interface Aggregator<Kind extends string = string, Name extends string = string> {
  readonly aggregator: Kind;
  readonly field?: Name | undefined;
  readonly size?: number;
  readonly combiner?: Combiner;
}

/** A combiner, used. */
export interface Combine<Input extends Fields, Output extends AnyField> extends Aggregator<"combine", never> {
  readonly combiner: Combiner<Input, Output>;
}

/** How many rows; of a field, how many that are not null. INTEGER. */
export const count = <const Name extends string = never>(field?: Name): Aggregator<"count", Name> => ({
  aggregator: "count",
  field,
});

/** How many different values that are not null. INTEGER, exact. */
export const countDistinct = <const Name extends string>(field: Name): Aggregator<"countDistinct", Name> => ({
  aggregator: "countDistinct",
  field,
});

/** The sum of a number field, in its type. An INTEGER sum beyond 2^53 is an error row. */
export const sum = <const Name extends string>(field: Name): Aggregator<"sum", Name> => ({ aggregator: "sum", field });

/** The mean of a number field: NUMERIC of NUMERIC, FLOAT of the others. */
export const mean = <const Name extends string>(field: Name): Aggregator<"mean", Name> => ({
  aggregator: "mean",
  field,
});

export const min = <const Name extends string>(field: Name): Aggregator<"min", Name> => ({ aggregator: "min", field });

export const max = <const Name extends string>(field: Name): Aggregator<"max", Name> => ({ aggregator: "max", field });

/** The value of the row with the latest event time. */
export const latest = <const Name extends string>(field: Name): Aggregator<"latest", Name> => ({
  aggregator: "latest",
  field,
});

/** All values that are not null, in no order that one may rely on. REPEATED. */
export const collect = <const Name extends string>(field: Name): Aggregator<"collect", Name> => ({
  aggregator: "collect",
  field,
});

/** At most so many of the rows, chosen evenly. A REPEATED RECORD. */
export const sample = (size: number): Aggregator<"sample", never> => ({ aggregator: "sample", size });

/** An aggregation of one's own, which `combiner(...)` made. */
export const combine = <Input extends Fields, Output extends AnyField>(
  of: Combiner<Input, Output>,
): Combine<Input, Output> => ({ aggregator: "combine", combiner: of });

/** Where the window begins, itself within. TIMESTAMP. */
export const windowStart = (): Aggregator<"windowStart", never> => ({ aggregator: "windowStart" });

/** Where the window ends, itself without. TIMESTAMP. */
export const windowEnd = (): Aggregator<"windowEnd", never> => ({ aggregator: "windowEnd" });

/** Whether the pane came before the watermark passed the window's end, then, or after: EARLY, ON_TIME or LATE. */
export const paneTiming = (): Aggregator<"paneTiming", never> => ({ aggregator: "paneTiming" });
