import { Collection, SideInput } from "./collection";
import type { Duration } from "./duration";
import type { Graph, InputNode } from "./graph/graph";
import type { Fields } from "./schema/field";
import { Schema } from "./schema/schema";
import type { KeyType, OfType } from "./transforms/field-names";

/** Events that are all there: a file's, a table's. The pipeline that reads them ends. */
export class BoundedInput<F extends Fields> {
  readonly kind = "bounded";

  constructor(readonly schema: Schema<F, Fields>) {}
}

/** Rows to look others up in. */
export class SideInputSource<F extends Fields, Key extends string> {
  readonly kind = "side";

  constructor(
    readonly schema: Schema<F, Fields>,
    readonly key: readonly Key[],
    readonly refresh: Duration | undefined,
  ) {}
}

/** Reads all there is: `pipeline("traffic", { events: bounded(Traffic) }, ...)`. */
export const bounded = <F extends Fields>(schema: Schema<F, Fields>): BoundedInput<F> => new BoundedInput(schema);

export interface SideInputOptions<Key> {
  /** The fields that it is looked up by. Of rows with the same key the last one counts. */
  readonly key: Key | readonly Key[];
  /** How often it is read again. @default never: it is read at the start */
  readonly refresh?: Duration;
}

/** Rows to look others up in, kept in memory: `sideInput(Product, { key: "product_id", refresh: "1h" })`. */
export const sideInput = <F extends Fields, const Key extends keyof OfType<F, KeyType> & string>(
  schema: Schema<F, Fields>,
  options: SideInputOptions<Key>,
): SideInputSource<F, Key> => new SideInputSource(schema, [options.key].flat() as readonly Key[], options.refresh);

/** A schema by itself is a stream of events. */
export type Input = Schema<Fields, Fields> | BoundedInput<Fields> | SideInputSource<Fields, string>;
export type Inputs = { readonly [name: string]: Input };

/** What the build function gets for an input. */
type InputOf<I> =
  I extends Schema<infer F, Fields>
    ? Collection<F, "row-wise">
    : I extends BoundedInput<infer F>
      ? Collection<F, "bounded">
      : I extends SideInputSource<infer F, infer Key>
        ? SideInput<F, Key>
        : never;
export type InputsOf<I extends Inputs> = { readonly [Name in keyof I]: InputOf<I[Name]> };

export const schemaOf = (input: Input): Schema<Fields, Fields> => (input instanceof Schema ? input : input.schema);

/** What the build function gets for an input. */
export function openInput(graph: Graph, name: string, input: Input): Collection<Fields> | SideInput<Fields, string> {
  const flow = input instanceof Schema ? "row-wise" : "bounded";
  const node: InputNode = { type: "input", graph, name, fields: schemaOf(input).fields, stream: { flow } };
  return input instanceof SideInputSource ? new SideInput(node, input.key) : new Collection(node);
}
