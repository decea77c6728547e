import { field, message, bytes, repeated } from "../../../../pipeline/protobuf/message";
import { compileRowReader, type WireRow } from "../../../../pipeline/schema/storage-read";
import type {
  AppendOutcome,
  AppendRequest,
  TableClient,
} from "../../../../pipeline-images/stream-processor/sinks/table-client";
import { sequenceOf } from "../../../../local/services/bigquery/store/changes";
import type { TableMaker } from "../../../../pipeline-images/stream-processor/sinks/table-maker";
import type { Network, SimulatedProcess } from "./simulation";

const ProtoRows = message({ rows: field(1, repeated(bytes)) });

interface Stream {
  readonly table: string;
  rows: number;
  ended: boolean;
}

/** BigQuery's tables and their committed streams. */
export class SimulatedTables {
  readonly rows = new Map<string, WireRow[]>();
  private readonly streams = new Map<string, Stream>();
  /** How many appends each process has asked for. */
  readonly asked = new Map<SimulatedProcess, number>();
  /** Nothing is taken, and nothing is answered but that. */
  down = false;
  /** The primary keys of tables that take changes: what is appended to their default streams. */
  readonly keys = new Map<string, readonly string[]>();
  private readonly last = new Map<string, Map<string, { readonly sequence: string; readonly row: WireRow }>>();
  /** A row takes the place of another. */
  replaced: (before: WireRow, row: WireRow) => void = () => {};
  /** Tables that are there only once they are made. */
  mustBeMade: (table: string) => boolean = () => false;
  private readonly made = new Set<string>();
  /** Rows that do not fit. */
  refuses: (row: WireRow) => string | undefined = () => undefined;

  of(table: string): readonly WireRow[] {
    const last = this.last.get(table);
    return last === undefined ? (this.rows.get(table) ?? []) : [...last.values()].map(({ row }) => row);
  }

  /** All streams take no more, as after days without a row. */
  endStreams(): void {
    for (const stream of this.streams.values()) stream.ended = true;
  }

  /** Somebody takes a table away, rows and all. */
  unmake(table: string): void {
    this.made.delete(table);
    this.rows.delete(table);
  }

  /** A default stream is there without being made. */
  open(name: string): void {
    const [table = ""] = name.split("/streams/");
    if (!this.streams.has(name)) this.streams.set(name, { table, rows: 0, ended: false });
  }

  forgetStreams(): void {
    this.streams.clear();
  }

  /** The tables as one process reaches them: requests of a connection arrive in order, and none twice. */
  reachedBy(process: SimulatedProcess, network: Network): TableClient {
    const { world } = process;
    const once: Network = { ...network, duplicates: 0, lostRequests: 0 };
    let arrival = world.time;
    const inOrder: Network = {
      ...once,
      delay: (of) => {
        arrival = Math.max(arrival, of.time + network.delay(of));
        return arrival - of.time;
      },
    };
    return {
      createStream: (table) => process.call(once, () => this.createStream(table)),
      append: (request) => {
        this.asked.set(process, (this.asked.get(process) ?? 0) + 1);
        // A connection that broke may be followed by another, on which requests overtake those of the one before.
        const changes = this.keys.has(tableOf(request.stream));
        return process.call(changes ? network : inOrder, () => this.append(request));
      },
      finalize: (stream) => process.call(once, () => this.finalize(stream)),
    };
  }

  /** Makes tables, as one process asks for them. */
  madeBy(process: SimulatedProcess, network: Network): TableMaker {
    return {
      make: (table) =>
        process.call({ ...network, lostRequests: 0 }, () => {
          this.refuseWhenDown();
          const [project, dataset, name] = table;
          const full = `projects/${project}/datasets/${dataset}/tables/${name}`;
          if (this.made.has(full)) return "exists";
          this.made.add(full);
          return "made";
        }),
    };
  }

  private createStream(table: string): string {
    this.refuseWhenDown();
    if (this.mustBeMade(table) && !this.made.has(table)) throw new Error(`5 NOT_FOUND: table ${table}`);
    const name = `${table}/streams/s${this.streams.size}`;
    this.streams.set(name, { table, rows: 0, ended: false });
    return name;
  }

  private append(request: AppendRequest): AppendOutcome {
    this.refuseWhenDown();
    const key = this.keys.get(tableOf(request.stream));
    const table = tableOf(request.stream);
    if (this.mustBeMade(table) && !this.made.has(table)) throw new Error(`5 NOT_FOUND: table ${table}`);
    if (key !== undefined && request.offset === undefined) return this.change(tableOf(request.stream), key, request);
    const stream = this.streams.get(request.stream);
    if (stream === undefined) return { kind: "missing" };
    if (stream.ended) return { kind: "ended" };
    const reader = compileRowReader(request.descriptor);
    const rows = ProtoRows.decode(request.rows).rows.map((row) => reader.read(Uint8Array.from(row)));
    if (request.offset !== undefined && request.offset < stream.rows) return { kind: "exists" };
    if (request.offset !== undefined && request.offset > stream.rows) return { kind: "gap" };
    const refused = this.refused(rows);
    if (refused !== undefined) return refused;
    this.rows.set(stream.table, this.rows.get(stream.table) ?? []);
    this.rows.get(stream.table)?.push(...rows);
    stream.rows += rows.length;
    return { kind: "written" };
  }

  /** Of each key the row of the largest sequence number stays; of equal ones the one that came last. */
  private change(table: string, key: readonly string[], request: AppendRequest): AppendOutcome {
    const reader = compileRowReader(request.descriptor);
    const rows = ProtoRows.decode(request.rows).rows.map((row) => reader.read(Uint8Array.from(row)));
    const refused = this.refused(rows);
    if (refused !== undefined) return refused;
    const last = this.last.get(table) ?? new Map<string, { readonly sequence: string; readonly row: WireRow }>();
    this.last.set(table, last);
    for (const { _CHANGE_TYPE: type, _CHANGE_SEQUENCE_NUMBER: number, ...row } of rows) {
      const sequence = sequenceOf(number as string);
      if (type !== "UPSERT" || sequence === undefined)
        throw new Error(`3 INVALID_ARGUMENT: no change is ${JSON.stringify(type)}`);
      const name = JSON.stringify(key.map((column) => `${row[column] as string | bigint}`));
      const before = last.get(name);
      if (before !== undefined && before.sequence > sequence) continue;
      if (before !== undefined) this.replaced(before.row, row);
      last.set(name, { sequence, row });
    }
    return { kind: "written" };
  }

  private refused(rows: readonly WireRow[]): AppendOutcome | undefined {
    const refused = rows.flatMap((row, i) => {
      const why = this.refuses(row);
      return why === undefined ? [] : [[i, why] as const];
    });
    return refused.length === 0 ? undefined : { kind: "refused", rows: new Map(refused) };
  }

  private finalize(name: string): number {
    this.refuseWhenDown();
    const stream = this.streams.get(name);
    if (stream === undefined) throw new Error(`5 NOT_FOUND: ${name}`);
    stream.ended = true;
    return stream.rows;
  }

  private refuseWhenDown(): void {
    if (this.down) throw new Error("14 UNAVAILABLE: the table is down");
  }
}

const tableOf = (stream: string): string => stream.split("/streams/")[0] ?? "";
