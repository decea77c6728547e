import type { Json } from "../spec";

/** A row of whatever fields. A row is JSON, in the one form of each type. */
export type AnyRow = { readonly [name: string]: Json };

/** Why a value is no row: a value itself, because errors on the data path are rows of another output, not exceptions. */
export class RowError {
  constructor(
    /** Where it is: `$.items[2].quantity` in an event, `items[2].quantity` in what a function gave. */
    readonly path: string,
    /** The whole sentence, the path in it. */
    readonly message: string,
  ) {}
}
