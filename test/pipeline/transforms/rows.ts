import {
  bounded,
  float,
  integer,
  json,
  nullable,
  numeric,
  pipeline,
  record,
  repeated,
  schema,
  string,
  timestamp,
  type Collection,
  type FieldSpec,
  type PipelineSpec,
  type Rows,
} from "../../../pipeline";
import { problemsOf } from "../problems-of";

/** A row with a field of every kind that the tests need. */
export const Order = schema("order", {
  id: string(),
  user: nullable(string()),
  amount: float(),
  price: numeric(),
  quantity: integer(),
  tip: nullable(integer()),
  tags: repeated(string()),
  items: repeated(record({ sku: string() })),
  extra: json(),
  at: timestamp(),
});
export type Orders = Collection<typeof Order.fields, "row-wise">;
type PastOrders = Collection<typeof Order.fields, "bounded">;

type Step = PipelineSpec["steps"][number];

/** The last step of what is made of orders. */
export function stepOf(make: (orders: Orders) => Rows): Step {
  const { steps, outputs } = pipeline("test", { orders: Order }, ({ orders }) => ({ out: make(orders) })).toJSON();
  const last = steps.find(({ id }) => id === outputs["out"]);
  if (last === undefined) throw new Error("the output is no step's");
  return last;
}

/** The columns of what a step gives: "name MODE TYPE". */
export const columnsOf = (make: (orders: Orders) => Rows): readonly string[] => columns(stepOf(make).fields ?? []);
export const columns = (fields: readonly FieldSpec[]): readonly string[] =>
  fields.map(({ name, mode, type }) => `${name} ${mode} ${type}`);

/** What is wrong with what is made of orders. The compiler is told to look away where it would find it first. */
export const wrongWith = (make: (orders: Orders) => Rows): readonly string[] =>
  problemsOf(() => pipeline("test", { orders: Order }, ({ orders }) => ({ out: make(orders) })));

export const wrongWithPast = (make: (orders: PastOrders) => Rows): readonly string[] =>
  problemsOf(() => pipeline("test", { orders: bounded(Order) }, ({ orders }) => ({ out: make(orders) })));
