import { field, message, bytes, repeated } from "../../../../pipeline/protobuf/message";
import { compileRowReader, type WireRow } from "../../../../pipeline/schema/storage-read";
import type {
  AppendOutcome,
  AppendRequest,
  TableClient,
} from "../../../../pipeline-images/stream-processor/sinks/table-client";
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
  /** Rows that do not fit. */
  refuses: (row: WireRow) => string | undefined = () => undefined;

  of(table: string): readonly WireRow[] {
    return this.rows.get(table) ?? [];
  }

  /** All streams take no more, as after days without a row. */
  endStreams(): void {
    for (const stream of this.streams.values()) stream.ended = true;
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
        return process.call(inOrder, () => this.append(request));
      },
      finalize: (stream) => process.call(once, () => this.finalize(stream)),
    };
  }

  private createStream(table: string): string {
    this.refuseWhenDown();
    const name = `${table}/streams/s${this.streams.size}`;
    this.streams.set(name, { table, rows: 0, ended: false });
    return name;
  }

  private append(request: AppendRequest): AppendOutcome {
    this.refuseWhenDown();
    const stream = this.streams.get(request.stream);
    if (stream === undefined) return { kind: "missing" };
    if (stream.ended) return { kind: "ended" };
    const reader = compileRowReader(request.descriptor);
    const rows = ProtoRows.decode(request.rows).rows.map((row) => reader.read(Uint8Array.from(row)));
    if (request.offset !== undefined && request.offset < stream.rows) return { kind: "exists" };
    if (request.offset !== undefined && request.offset > stream.rows) return { kind: "gap" };
    const refused = rows.flatMap((row, i) => {
      const why = this.refuses(row);
      return why === undefined ? [] : [[i, why] as const];
    });
    if (refused.length > 0) return { kind: "refused", rows: new Map(refused) };
    this.rows.set(stream.table, this.rows.get(stream.table) ?? []);
    this.rows.get(stream.table)?.push(...rows);
    stream.rows += rows.length;
    return { kind: "written" };
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
