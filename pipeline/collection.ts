/** Rows, and all that can be made of them. Each method is one idea; `transforms/` has one file for each. */
import type { Bounded, Flow, OfErrors, Remembering, Windowed } from "./flow";
import type { Draft, InputNode, Node } from "./graph/graph";
import type { Fields, Row, TimestampField } from "./schema/field";
import type { Merge } from "./schema/schema";
import { aggregate } from "./transforms/aggregate";
import type { AggregatedFields, Aggregates, CheckedAggregates, NeedsWindow, NoClash } from "./transforms/aggregated";
import type { Aggregator } from "./transforms/aggregators";
import { distinct, type DistinctOptions } from "./transforms/distinct";
import { enrich, type Enriched, type EnrichOptions, type Missing, type RoomFor } from "./transforms/enrich";
import { errorFields, type ErrorFields } from "./transforms/errors";
import { eventTime, processingTime, type EventTimeName, type EventTimeOptions } from "./transforms/event-time";
import type { KeyName, NewName, Simplify } from "./transforms/field-names";
import { assert, filter } from "./transforms/filter";
import { flatten, type FlattenedFlow, type Joinable } from "./transforms/flatten";
import type { Constants, Context, FunctionOptions, StepOptions } from "./transforms/function";
import { join, type CommonKey, type Joined, type JoinOptions, type JoinType, type Mergeable } from "./transforms/join";
import { flatMap, map, withFields, type FieldsOrSchema } from "./transforms/map";
import { drop, rename, select, type Renamed, type RenamesOf } from "./transforms/select";
import { stateful, type StatefulProps } from "./transforms/stateful";
import { window, type WindowOptions } from "./transforms/window";
import type { Windowing } from "./transforms/windowing";

/** What can be an output: rows of whatever fields. */
export interface Rows {
  readonly node: Node;
  readonly fields: Fields;
  readonly flow: Flow;
}

/** Rows with the fields F. Nothing runs here: a collection is a description of what will be done to each row. */
export class Collection<F extends Fields, W extends Flow = Flow> implements Rows {
  readonly fields: F;
  readonly flow: W;

  /** Collections come from a pipeline's inputs and from each other. */
  constructor(readonly node: Node) {
    this.fields = node.fields as F;
    this.flow = node.stream.flow as W;
  }

  /**
   * The rows that this step refused, or that could not be read, if this is an input. What is not taken goes to the
   * pipeline's own error output; nothing is dropped.
   *
   *     orders.errors.filter((error) => error.reason === "parse")
   */
  get errors(): Collection<ErrorFields, OfErrors<W>> {
    const { node } = this;
    if (node.type === "errors") return new Collection(node);
    const stream = { flow: flowOfErrors(node.stream.flow) };
    return new Collection({ type: "errors", graph: node.graph, of: node, fields: errorFields, stream });
  }

  /**
   * The rows for which the function is true. A row for which it throws is an error. A function sees its row and its
   * constants, and nothing else of the file that it is written in.
   *
   *     orders.filter((order, { constants }) => order.amount >= constants.least, { constants: { least: 100 } })
   */
  filter<C extends Constants = {}>(
    keep: (row: Row<F>, context: Context<C>) => boolean,
    options: FunctionOptions<C> = {},
  ): Collection<F, W> {
    return this.step(filter(this.node, keep, options));
  }

  /**
   * The same rows; one for which the function is not true is an error with this sentence.
   *
   *     orders.assert("amount is never negative", (order) => order.amount >= 0)
   */
  assert<C extends Constants = {}>(
    sentence: string,
    holds: (row: Row<F>, context: Context<C>) => boolean,
    options: FunctionOptions<C> = {},
  ): Collection<F, W> {
    return this.step(assert(this.node, sentence, holds, options));
  }

  /**
   * A new row for each row. What the function gives is checked against the fields, and what is not declared is left out.
   *
   *     orders.map({ order_id: string(), cents: integer() }, (order) => ({
   *       order_id: order.order_id,
   *       cents: Math.round(order.amount * 100),
   *     }))
   */
  map<G extends Fields, C extends Constants = {}>(
    fields: FieldsOrSchema<G>,
    make: (row: Row<F>, context: Context<C>) => Row<G>,
    options: FunctionOptions<C> = {},
  ): Collection<G, W> {
    return this.step(map(this.node, fields, make, options));
  }

  /**
   * Each row with fields added, or replaced where the row has them.
   *
   *     orders.withFields({ total: numeric() }, (order, { decimal }) => ({
   *       total: decimal.multiply(order.price, decimal.of(order.quantity)),
   *     }))
   */
  withFields<G extends Fields, C extends Constants = {}>(
    fields: G,
    make: (row: Row<F>, context: Context<C>) => Row<G>,
    options: FunctionOptions<C> = {},
  ): Collection<Merge<F, G>, W> {
    return this.step(withFields(this.node, fields, make, options));
  }

  /**
   * Any number of new rows for each row, none as well.
   *
   *     orders.flatMap({ order_id: string(), sku: string() }, (order) =>
   *       order.items.map((item) => ({ order_id: order.order_id, sku: item.sku })),
   *     )
   */
  flatMap<G extends Fields, C extends Constants = {}>(
    fields: FieldsOrSchema<G>,
    make: (row: Row<F>, context: Context<C>) => readonly Row<G>[],
    options: FunctionOptions<C> = {},
  ): Collection<G, W> {
    return this.step(flatMap(this.node, fields, make, options));
  }

  /** Only these fields, in this order. */
  select<Name extends keyof F & string>(...names: [Name, ...Name[]]): Collection<Simplify<Pick<F, Name>>, W> {
    return this.step(select(this.node, names));
  }

  /** All but these fields. */
  drop<Name extends keyof F & string>(
    ...names: [Name, ...Name[]]
  ): Collection<{ readonly [Kept in keyof F as Kept extends Name ? never : Kept]: F[Kept] }, W> {
    return this.step(drop(this.node, names));
  }

  /**
   * Fields under other names.
   *
   *     orders.rename({ created_at: "ordered_at" })
   */
  rename<const Names extends { readonly [Old in keyof F]?: string }>(
    names: Names & RenamesOf<F, Names>,
  ): Collection<Renamed<F, Names>, W> {
    return this.step(rename(this.node, names));
  }

  /**
   * These rows and others of the same fields. Branches are variables; this is how they meet again.
   *
   *     const small = orders.filter((order) => order.amount < 10);
   *     const large = orders.filter((order) => order.amount > 1000);
   *     small.flatten(large)
   */
  flatten<G extends Fields, V extends Flow>(
    ...others: [Collection<G, V> & Joinable<F, G, W, V>, ...(Collection<G, V> & Joinable<F, G, W, V>)[]]
  ): Collection<F, FlattenedFlow<W, V>> {
    const nodes = others.map((other) => other.node);
    return this.step(flatten(this.node, nodes), nodes);
  }

  /** A part of a pipeline that is written as a function: `orders.apply(priced)`. */
  apply<Result>(part: (rows: this) => Result): Result {
    return part(this);
  }

  /**
   * The field that tells when an event happened. Without it that is when the message was published.
   *
   *     clicks.eventTime("at", { maxDelay: "30s" })
   */
  eventTime(field: EventTimeName<F, W>, ...options: W extends Bounded ? [] : [EventTimeOptions]): Collection<F, W> {
    return this.step(eventTime(this.node, field, options[0]));
  }

  /** A new TIMESTAMP column: when the row was taken in. It is recorded, so that a restart gives the same. */
  processingTime<const Name extends string>(
    name: NewName<F, Name>,
  ): Collection<Merge<F, { readonly [N in Name]: TimestampField }>, W> {
    return this.step(processingTime(this.node, name));
  }

  /**
   * Puts rows into windows of event time; what is aggregated or joined after it, is so window by window.
   *
   *     clicks.window(fixed("1m"), { allowedLateness: "10m", accumulation: "discarding" })
   */
  window(windowing: Windowing, options: WindowOptions = {}): Collection<F, Windowed<W>> {
    return this.step(window(this.node, windowing, options));
  }

  /** The rows by key. A null is a key like others. */
  groupBy<Name extends KeyName<F>>(...keys: [Name, ...Name[]]): Grouped<F, Name & keyof F & string, W> {
    return new Grouped(this.node, keys);
  }

  /** All rows as one group: a row for each window, or one of all bounded rows. */
  aggregate<const A extends Aggregates<F>>(
    aggregates: NeedsWindow<W, A & CheckedAggregates<A, F, W>>,
    options: StepOptions = {},
  ): Collection<Simplify<AggregatedFields<A, F>>, W> {
    return this.step(aggregate(this.node, [], aggregatorsOf(aggregates), options));
  }

  /**
   * The first row of each key.
   *
   *     orders.distinct("order_id", { within: "1d" })
   */
  distinct<Name extends KeyName<F>>(
    keys: Name | readonly Name[],
    ...options: DistinctOptions<W>
  ): Collection<F, Remembering<W>> {
    return this.step(distinct(this.node, [keys].flat(), options[0] ?? {}));
  }

  /**
   * Rows of two streams, in windows, or of bounded ones, that have the same key. A full join of two collected groups
   * is Beam's CoGroupByKey.
   *
   *     const minutes = fixed("1m");
   *     const bought = orders.window(minutes).groupBy("user_id").aggregate({ amount: sum("amount") });
   *     const seen = clicks.rename({ user: "user_id" }).window(minutes).groupBy("user_id").aggregate({ clicks: count() });
   *     bought.join(seen, { on: "user_id", type: "left" })
   */
  join<G extends Fields, const Key extends CommonKey<F, G>, Type extends JoinType = "inner">(
    right: NeedsWindow<W, Collection<G, W> & Mergeable<F, G, Key>>,
    options: JoinOptions<Key, Type>,
  ): Collection<Joined<F, G, Key, Type>, W> {
    const { node } = right as Collection<G, W>;
    return this.step(join(this.node, node, options), [node]);
  }

  /**
   * Looks each row up in a side input and adds the fields that are found there.
   *
   *     orders.enrich(users, { on: { id: "user_id" }, missing: "drop" })
   */
  enrich<G extends Fields, Key extends string, M extends Missing = "null">(
    side: SideInput<G, Key> & RoomFor<F, G, Key>,
    options: EnrichOptions<F, G, Key, M>,
  ): Collection<Enriched<F, G, Key, M>, W> {
    return this.step(enrich(this.node, side.node, side.key, options));
  }

  /**
   * Adds a step. The types of what comes out are the method's to say; its fields are the same at run time. Every
   * method calls this itself: the frame above the method is where the user called it.
   */
  private step<G extends Fields, V extends Flow>(draft: Draft, others: readonly Node[] = []): Collection<G, V> {
    return new Collection(this.node.graph.add(draft, [this.node, ...others]));
  }
}

/** Rows by key: not rows yet, but what `.aggregate` and `.stateful` make rows of. */
export class Grouped<F extends Fields, Key extends keyof F & string, W extends Flow> {
  /** For the compiler alone, which shows it where a group is given for rows. */
  declare readonly flow: "a group is not rows yet: call .aggregate({ ... }) or .stateful({ ... })";
  /** The fields of the rows that are grouped. */
  readonly fields: F;
  /** How those come, for the compiler alone. */
  declare readonly grouped: W;

  constructor(
    readonly node: Node,
    private readonly keys: readonly Key[],
  ) {
    this.fields = node.fields as F;
  }

  /**
   * A row for each key, in each window, with the keys and what the aggregators give.
   *
   *     clicks.window(fixed("1m")).groupBy("user").aggregate({ clicks: count() })
   */
  aggregate<const A extends Aggregates<F>>(
    aggregates: NeedsWindow<W, A & CheckedAggregates<A, F, W> & NoClash<Key, A>>,
    options: StepOptions = {},
  ): Collection<Simplify<Pick<F, Key> & AggregatedFields<A, F>>, W> {
    return this.step(aggregate(this.node, this.keys, aggregatorsOf(aggregates), options));
  }

  /**
   * A function that remembers something of each key from row to row, and may be called again at a time it names.
   *
   *     orders.groupBy("user_id").stateful({
   *       state: { orders: integer() },
   *       initial: { orders: 0 },
   *       timeToLive: "30d",
   *       output: { user_id: string(), nth: integer() },
   *       process: (order, state) => ({
   *         state: { orders: state.orders + 1 },
   *         output: [{ user_id: order.user_id, nth: state.orders + 1 }],
   *       }),
   *     })
   */
  stateful<State extends Fields, Output extends Fields, C extends Constants = {}>(
    props: StatefulProps<F, Simplify<Pick<F, Key>>, State, Output, C>,
    options: StepOptions = {},
  ): Collection<Output, Remembering<W>> {
    return this.step(stateful(this.node, this.keys, props, options));
  }

  private step<G extends Fields, V extends Flow>(draft: Draft): Collection<G, V> {
    return new Collection(this.node.graph.add(draft, [this.node]));
  }
}

/** What rows are looked up in. */
export class SideInput<F extends Fields, Key extends string> {
  /** For the compiler alone, which shows it where a side input is given for rows. */
  declare readonly flow: "a side input is not rows to go on with: give it to .enrich(...)";
  readonly fields: F;

  constructor(
    readonly node: InputNode,
    readonly key: readonly Key[],
  ) {
    this.fields = node.fields as F;
  }
}

const flowOfErrors = <W extends Flow>(flow: W): OfErrors<W> =>
  (flow === "bounded windows" ? "bounded" : flow === "windowed" ? "stateful" : flow) as OfErrors<W>;

/** The compiler let only aggregators through; a sentence in their place is for it alone. */
const aggregatorsOf = (aggregates: unknown): { readonly [name: string]: Aggregator } =>
  aggregates as { readonly [name: string]: Aggregator };
