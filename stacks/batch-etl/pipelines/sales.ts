import {
  bounded,
  collect,
  combine,
  combiner,
  float,
  integer,
  pipeline,
  schema,
  sideInput,
  string,
  sum,
} from "../../../pipeline";

/** A sale, in the till's own currency. */
const Sale = schema("sale", {
  shop: string(),
  basket: string({ description: "words, apart by spaces" }),
  amount: float(),
  currency: string(),
});
const Rate = schema("rate", { currency: string(), per_euro: float() });

/** An average that can be taken in parts: what is carried along is a sum and a count, and the division comes last. */
const average = combiner({
  input: { amount: float() },
  accumulator: { total: float(), rows: integer() },
  output: float(),
  createAccumulator: () => ({ total: 0, rows: 0 }),
  addInput: ({ total, rows }, { amount }) => ({ total: total + amount, rows: rows + 1 }),
  mergeAccumulators: (one, other) => ({ total: one.total + other.total, rows: one.rows + other.rows }),
  extractOutput: ({ total, rows }) => (rows === 0 ? 0 : total / rows),
});

/** A day's sales, looked at in each of the ways that a pipeline has. */
export const sales = pipeline(
  "sales",
  { sales: bounded(Sale), rates: sideInput(Rate, { key: "currency" }) },
  ({ sales, rates }) => {
    const inEuros = sales
      .filter((sale) => sale.amount > 0)
      .enrich(rates, { on: { currency: "currency" }, missing: "error" })
      .map({ shop: string(), basket: string(), amount: float() }, ({ shop, basket, amount, per_euro }) => ({
        shop,
        basket,
        amount: amount / per_euro,
      }));
    return {
      in_euros: inEuros,
      items: inEuros.flatMap({ shop: string(), item: string() }, ({ shop, basket }) =>
        basket
          .toLowerCase()
          .split(" ")
          .filter((item) => item !== "")
          .map((item) => ({ shop, item })),
      ),
      by_shop: inEuros.groupBy("shop").aggregate({ amounts: collect("amount"), total: sum("amount") }),
      overall: inEuros.aggregate({ total: sum("amount"), average: combine(average) }),
    };
  },
);
