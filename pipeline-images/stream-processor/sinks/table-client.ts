/** What a table's output asks of the Storage Write API. */
export interface TableClient {
  /** Makes a COMMITTED stream of a table: its rows can be read as soon as they are confirmed. @returns its name */
  createStream(table: string): Promise<string>;
  /**
   * Appends rows at an offset of their stream: all of them or none. Calls for one stream arrive in their order.
   * @throws Error where it is not known what became of them, or where they may be taken later.
   */
  append(request: AppendRequest): Promise<AppendOutcome>;
  /** Ends a stream. @returns how many rows it has */
  finalize(stream: string): Promise<number>;
}

export interface AppendRequest {
  readonly stream: string;
  /** Undefined for a default stream, which has none. */
  readonly offset: number | undefined;
  /** A DescriptorProto. */
  readonly descriptor: Uint8Array;
  /** ProtoRows: `serialized_rows`, each with its tag and length. */
  readonly rows: Uint8Array;
}

export type AppendOutcome =
  | { readonly kind: "written" }
  /** There are rows at this offset already: it was written before. */
  | { readonly kind: "exists" }
  /** The offset lies behind the stream's end: rows before it are missing. */
  | { readonly kind: "gap" }
  /** These rows do not fit the table, by their place in the request; none of the request was written. */
  | { readonly kind: "refused"; readonly rows: ReadonlyMap<number, string> }
  /** The stream takes no more rows. */
  | { readonly kind: "ended" }
  /** There is no such stream. */
  | { readonly kind: "missing" };
