import type { AnyField, Fields, Row, ValueOf } from "../schema/field";
import type { Constants, Context } from "./function";

/**
 * An aggregation of one's own, in Beam's four parts. The accumulator is declared as fields, for it is kept and moved
 * as JSON; functions get it, and give a new one.
 * @see https://beam.apache.org/documentation/programming-guide/#advanced-combines
 */
export interface CombinerProps<Input extends Fields, Accumulator extends Fields, Output extends AnyField, C> {
  /** The fields of a row that it takes. */
  readonly input: Input;
  readonly accumulator: Accumulator;
  readonly output: Output;
  readonly constants?: C;
  /** The accumulator of no rows. */
  readonly createAccumulator: (context: Context<C>) => Row<Accumulator>;
  readonly addInput: (accumulator: Row<Accumulator>, input: Row<Input>, context: Context<C>) => Row<Accumulator>;
  /** Both in one. In whatever order accumulators are merged, the result must be one. */
  readonly mergeAccumulators: (a: Row<Accumulator>, b: Row<Accumulator>, context: Context<C>) => Row<Accumulator>;
  readonly extractOutput: (accumulator: Row<Accumulator>, context: Context<C>) => ValueOf<Output>;
}

/** What {@link combiner} made: to be used in `combine(...)`, as often as need be. */
export interface Combiner<Input extends Fields = Fields, Output extends AnyField = AnyField> {
  readonly input: Input;
  readonly output: Output;
  readonly accumulator: Fields;
  readonly constants: Constants | undefined;
  readonly functions: { readonly [Part in CombinerPart]: (...parameters: never) => unknown };
}

export type CombinerPart = "createAccumulator" | "addInput" | "mergeAccumulators" | "extractOutput";

/**
 * Declares an aggregation of one's own.
 *
 *     const average = combiner({
 *       input: { amount: float() },
 *       accumulator: { n: integer(), sum: float() },
 *       output: float(),
 *       createAccumulator: () => ({ n: 0, sum: 0 }),
 *       addInput: (a, { amount }) => ({ n: a.n + 1, sum: a.sum + amount }),
 *       mergeAccumulators: (a, b) => ({ n: a.n + b.n, sum: a.sum + b.sum }),
 *       extractOutput: (a) => a.sum / a.n,
 *     });
 */
export function combiner<
  Input extends Fields,
  Accumulator extends Fields,
  Output extends AnyField,
  C extends Constants = {},
>(props: CombinerProps<Input, Accumulator, Output, C>): Combiner<Input, Output> {
  const { input, output, accumulator, constants, ...functions } = props;
  return { input, output, accumulator, constants, functions };
}
