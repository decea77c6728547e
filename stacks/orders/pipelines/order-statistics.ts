import {
  combine,
  combiner,
  count,
  fixed,
  integer,
  nullable,
  numeric,
  pipeline,
  record,
  sliding,
  sum,
  windowEnd,
  windowStart,
} from "../../../pipeline";
import { late, OrderMessage, timed } from "./timed";

/**
 * Count, sum, average and extremes in one pass. The accumulator has no list of all amounts, as none of them needs it:
 * it stays as small as it is, however many orders there are.
 */
const statistics = combiner({
  input: { amount: numeric() },
  accumulator: { count: integer(), sum: numeric(), min: nullable(numeric()), max: nullable(numeric()) },
  output: record({
    count: integer(),
    sum: numeric(),
    avg: nullable(numeric()),
    min: nullable(numeric()),
    max: nullable(numeric()),
  }),
  createAccumulator: () => ({ count: 0, sum: "0", min: null, max: null }),
  addInput: (so_far, { amount }, { decimal }) => ({
    count: so_far.count + 1,
    sum: decimal.add(so_far.sum, amount),
    min: so_far.min === null || decimal.compare(amount, so_far.min) < 0 ? amount : so_far.min,
    max: so_far.max === null || decimal.compare(amount, so_far.max) > 0 ? amount : so_far.max,
  }),
  mergeAccumulators: (a, b, { decimal }) => ({
    count: a.count + b.count,
    sum: decimal.add(a.sum, b.sum),
    min: a.min === null || (b.min !== null && decimal.compare(b.min, a.min) < 0) ? b.min : a.min,
    max: a.max === null || (b.max !== null && decimal.compare(b.max, a.max) > 0) ? b.max : a.max,
  }),
  extractOutput: ({ count, sum, min, max }, { decimal }) => ({
    count,
    sum,
    avg: count === 0 ? null : decimal.divide(sum, decimal.of(count)),
    min,
    max,
  }),
});

/**
 * How many orders, and how much, in windows of one stream: by minute; of the last five minutes, every minute; by five
 * minutes in all, and for each category.
 */
export const orderStatistics = pipeline("order-statistics", { orders: OrderMessage }, ({ orders }) => {
  const all = orders.apply(timed);
  const fiveMinutes = all.window(fixed("5m"), late);
  return {
    per_minute: all
      .window(fixed("60s"), late)
      .aggregate({ window_start: windowStart(), orders: count(), amount: sum("amount") }),
    last_five_minutes: all
      .window(sliding("5m", { every: "1m" }), late)
      .aggregate({ window_start: windowStart(), window_end: windowEnd(), orders: count() }),
    statistics: fiveMinutes.aggregate({ window_start: windowStart(), amount: combine(statistics) }),
    by_category: fiveMinutes.groupBy("category").aggregate({ window_start: windowStart(), amount: sum("amount") }),
  };
});
