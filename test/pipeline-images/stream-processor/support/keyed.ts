/** What Bigtable and Firestore are to a processor: rows that are found by a key, and a status for each write. */
import { bytes, field, int64, message, optional, repeated, string } from "../../../../pipeline/protobuf/message";
import type { Json } from "../../../../pipeline/spec";
import { idOfDocument, readableDocument } from "../../../../pipeline-images/stream-processor/sinks/firestore/document";
import type { RowWriter, WriteStatus } from "../../../../pipeline-images/stream-processor/sinks/row-writer";
import type { Network, SimulatedProcess } from "./simulation";

const SetCell = message({
  family: field(1, string),
  qualifier: field(2, string),
  micros: field(3, int64),
  value: field(4, bytes),
});
const Entry = message({
  key: field(1, string),
  mutations: field(2, repeated(message({ setCell: field(1, optional(SetCell)) }))),
});

type Row = { [column: string]: Json };

abstract class SimulatedRows {
  /** Nothing is taken, and nothing is answered but that. */
  down = false;
  /** The share of rows of a request that are not taken this time. */
  busy = 0;
  /** Keys of rows that are never taken. */
  refuses: (key: string) => string | undefined = () => undefined;

  reachedBy(process: SimulatedProcess, network: Network): RowWriter {
    return {
      write: (into, rows) =>
        process.call(network, () => {
          if (this.down) throw new Error("14 UNAVAILABLE: it is down");
          const keys = rows.map((row) => this.keyOf(row));
          if (new Set(keys).size < keys.length) throw new Error("two rows of a request have one key");
          return rows.map((row, i): WriteStatus => {
            const why = this.refuses(keys[i] as string);
            if (why !== undefined) return { code: 3, message: why };
            if (process.world.chance(this.busy)) return { code: 14, message: "the tablet is elsewhere" };
            this.set(into, row);
            return { code: 0, message: "" };
          });
        }),
    };
  }

  protected abstract keyOf(row: Uint8Array): string;
  protected abstract set(into: string, row: Uint8Array): void;
}

/** Cells with times: of a column the newest one counts. */
export class SimulatedBigtable extends SimulatedRows {
  private readonly cells = new Map<string, { readonly micros: number; readonly value: string }>();
  /** Cells that were written, once each. */
  readonly written = new Map<string, string>();
  /** A cell has other content than it had. */
  readonly rewritten: string[] = [];

  /** The newest cells of each row, by its key. */
  of(table: string): { readonly [key: string]: Row } {
    const rows: { [key: string]: Row } = {};
    for (const [name, { value }] of this.cells) {
      const [of, key = "", column = ""] = JSON.parse(name) as string[];
      if (of === table) (rows[key] ??= {})[column] = value;
    }
    return rows;
  }

  protected keyOf(row: Uint8Array): string {
    return Entry.decode(row).key;
  }

  protected set(table: string, row: Uint8Array): void {
    const { key, mutations } = Entry.decode(row);
    for (const { setCell } of mutations) {
      if (setCell === undefined) throw new Error("a mutation sets no cell");
      const { family, qualifier, micros, value } = setCell;
      if (micros % 1_000 !== 0) throw new Error(`the time ${micros} is no whole number of milliseconds`);
      const name = JSON.stringify([table, key, `${family}:${qualifier}`]);
      const content = Buffer.from(value).toString();
      const before = this.written.get(`${name} ${micros}`);
      if (before !== undefined && before !== content) this.rewritten.push(`${name} ${micros}`);
      this.written.set(`${name} ${micros}`, content);
      const newest = this.cells.get(name);
      if (newest === undefined || newest.micros <= micros) this.cells.set(name, { micros, value: content });
    }
  }
}

/** Documents, of which the last that arrived counts. */
export class SimulatedDocuments extends SimulatedRows {
  private readonly documents = new Map<string, Json>();

  of(collection: string): { readonly [id: string]: Json } {
    const of = `${collection}/`;
    const found = [...this.documents].filter(([name]) => name.startsWith(of));
    return Object.fromEntries(found.map(([name, document]) => [name.slice(of.length), document]));
  }

  protected keyOf(row: Uint8Array): string {
    return idOfDocument(row);
  }

  protected set(collection: string, row: Uint8Array): void {
    this.documents.set(`${collection}/${idOfDocument(row)}`, readableDocument(row, []));
  }
}
