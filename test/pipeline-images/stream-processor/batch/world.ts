/** What a run writes to, in memory; and processes that die, sleep, or lose an answer at any of their calls. */
import type { TableLoads } from "../../../../pipeline-images/stream-processor/batch/loaded-table";
import type { PendingTables } from "../../../../pipeline-images/stream-processor/batch/pending-table";
import type { BatchClients } from "../../../../pipeline-images/stream-processor/batch/outputs";
import type { AppendOutcome } from "../../../../pipeline-images/stream-processor/sinks/table-client";
import type { LogStore } from "../../../../pipeline-images/stream-processor/log/store";
import { splitRows } from "../../../../pipeline-images/stream-processor/sinks/proto-rows";
import { readableRow } from "../../../../pipeline-images/stream-processor/sinks/readable-row";
import { WireReader } from "../../../../pipeline/protobuf/wire";
import type { Json } from "../../../../pipeline/spec";
import { SimulatedFiles } from "../support/files";

interface Stream {
  readonly table: string;
  readonly rows: Json[];
  final: boolean;
  committed: boolean;
}

export interface Message {
  readonly row: Json;
  readonly rowId: string;
}

/** A sale that no table of one row a key takes. */
export const REFUSED = "sale-7";

const never = (): never => {
  throw new Error("nothing asks for this");
};
const notAsked = {
  topics: { publish: never },
  bigtable: { write: never },
  documents: { write: never },
  maker: { make: never },
  files: never,
};

export class World {
  readonly objects = new Map<string, Uint8Array>();
  /** What can be seen of a table, by project.dataset.table. */
  readonly tables = new Map<string, Json[]>();
  readonly messages: Message[] = [];
  readonly files = new SimulatedFiles();
  /** A table with one row for each shop. */
  readonly kept = new Map<string, { readonly id: string; readonly sequence: string }>();
  private readonly streams = new Map<string, Stream>();
  private readonly jobs = new Set<string>();

  rowsOf(table: string): Json[] {
    const rows = this.tables.get(table) ?? [];
    this.tables.set(table, rows);
    return rows;
  }

  /** All of it as one process reaches it. */
  reachedBy(process: Mortal): { readonly store: LogStore; readonly clients: BatchClients } {
    const store: LogStore = {
      place: "gs://runs/",
      create: (name, content) =>
        process.call(() => {
          if (this.objects.has(name)) return "exists";
          this.objects.set(name, content);
          return "created";
        }),
      read: (name) => process.call(() => this.objects.get(name)),
      list: (prefix) =>
        process.call(() => [...this.objects.keys()].filter((name) => name.startsWith(prefix)).toSorted()),
      delete: (name) => process.call(() => void this.objects.delete(name)),
    };
    const tables = this.pending(process);
    return {
      store,
      clients: {
        sinks: { ...notAsked, tables: { ...tables, createStream: never } },
        tables,
        loads: this.loads(process),
        maker: {
          make: ([project, dataset, name]) =>
            process.call(() => {
              const table = `${project}.${dataset}.${name}`;
              if (this.tables.has(table)) return "exists";
              this.tables.set(table, []);
              return "made";
            }),
        },
        topics: this.topics(process),
        files: (files) => [this.files.reachedBy((work) => process.call(work)), files],
      },
    };
  }

  private pending(process: Mortal): PendingTables {
    return {
      createPending: (table) =>
        process.call(() => {
          const name = `stream-${this.streams.size}`;
          this.streams.set(name, { table, rows: [], final: false, committed: false });
          return name;
        }),
      append: ({ stream, offset = 0, descriptor, rows }) =>
        process.call(() => {
          if (stream.endsWith("/_default"))
            return this.upsert(splitRows(rows).map((row) => readableRow(row, descriptor)));
          const { rows: there, final } = this.streams.get(stream) as Stream;
          if (final) return { kind: "ended" };
          if (offset < there.length) return { kind: "exists" };
          if (offset > there.length) return { kind: "gap" };
          there.push(...splitRows(rows).map((row) => readableRow(row, descriptor)));
          return { kind: "written" };
        }),
      finalize: (name) =>
        process.call(() => {
          const stream = this.streams.get(name) as Stream;
          stream.final = true;
          return stream.rows.length;
        }),
      commit: (table, names) =>
        process.call(() => {
          const streams = names.map((name) => this.streams.get(name) as Stream);
          if (streams.some(({ final }) => !final)) throw new Error("a stream is not finalized");
          if (streams.some(({ committed }) => committed)) {
            if (streams.every(({ committed }) => committed)) return;
            throw new Error("some were committed, and others were not");
          }
          const [, project, dataset, name] = /^projects\/(.+)\/datasets\/(.+)\/tables\/(.+)$/.exec(table) ?? [];
          for (const stream of streams) {
            stream.committed = true;
            this.rowsOf(`${project}.${dataset}.${name}`).push(...stream.rows);
          }
        }),
    };
  }

  /** By shop; one sale is refused, and nothing is written beside it. */
  private upsert(rows: readonly Json[]): AppendOutcome {
    const changes = rows as readonly { readonly [name: string]: string }[];
    const bad = changes.findIndex(({ id }) => id === REFUSED);
    if (bad >= 0) return { kind: "refused", rows: new Map([[bad, "nobody sells this"]]) };
    for (const { _CHANGE_SEQUENCE_NUMBER: sequence = "", id = "", shop = "" } of changes) {
      const number = sequence.split("/").map((part) => part.padStart(16, "0"));
      const there = this.kept.get(shop);
      if (there === undefined || there.sequence <= number.join("/"))
        this.kept.set(shop, { id, sequence: number.join("/") });
    }
    return { kind: "written" };
  }

  private loads(process: Mortal): TableLoads {
    return {
      find: (_, id) => process.call(() => (this.jobs.has(id) ? { done: true } : undefined)),
      replace: (table, id, files, partition) =>
        process.call(() => {
          if (this.jobs.has(id)) return;
          const contents = files.map((file) => this.objects.get(file.slice("gs://runs/".length)));
          if (contents.includes(undefined)) throw new Error("a file is gone");
          this.jobs.add(id);
          const lines = contents.flatMap((content) =>
            Buffer.from(content ?? [])
              .toString()
              .split("\n"),
          );
          const rows = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Json);
          const there = this.rowsOf(table.join("."));
          const kept = there.filter((row) => partition !== undefined && dayOf(row) !== partition);
          there.splice(0, Infinity, ...kept, ...rows);
        }),
    };
  }

  private topics(process: Mortal): BatchClients["topics"] {
    return {
      publish: (_, messages) =>
        process.call(() => {
          for (const message of splitRows(messages)) this.messages.push(readMessage(message));
        }),
    };
  }
}

/** The partition of a row, in a table that is divided by the days of its column "at". */
const dayOf = (row: Json): string => (row as { readonly at: string }).at.slice(0, 10).replaceAll("-", "");

/** PubsubMessage: data = 1, attributes = 2 (key = 1, value = 2). */
function readMessage(message: Uint8Array): Message {
  const reader = new WireReader(message);
  let row: Json = null;
  let rowId = "";
  while (!reader.done) {
    const field = reader.uint32() >>> 3;
    if (field === 1) row = JSON.parse(Buffer.from(reader.view8()).toString()) as Json;
    else {
      const [name, value] = splitRows(reader.view8()).map((text) => Buffer.from(text).toString());
      if (name === "row_id") rowId = value ?? "";
    }
  }
  return { row, rowId };
}

export type Fate =
  /** Dead: nothing more comes of it. */
  | "dies before"
  | "dies after"
  /** Its answer is lost; it goes on. */
  | "fails before"
  | "fails after"
  /** It goes on when it is woken, with everybody else gone by. */
  | "sleeps before"
  | "sleeps after";

/** A process that meets its fate at one of its calls. */
export class Mortal {
  calls = 0;
  met = false;
  wake: () => void = () => {};
  /** Resolves when nothing comes of it for now. */
  readonly still: Promise<void>;
  private readonly woken: Promise<void>;
  private rest: () => void = () => {};
  private dead = false;

  constructor(
    /** From 1. */
    private readonly at: number,
    private readonly fate: Fate,
  ) {
    this.still = new Promise((resolve) => (this.rest = resolve));
    this.woken = new Promise((resolve) => (this.wake = resolve));
  }

  async call<T>(effect: () => T): Promise<T> {
    this.calls += 1;
    const fated = this.calls === this.at;
    await new Promise((resolve) => void setImmediate(resolve));
    if (this.dead) return new Promise(() => {});
    if (!fated) return effect();
    this.met = true;
    const [what, when] = this.fate.split(" ");
    const value = when === "after" ? effect() : undefined;
    if (what === "fails") throw new Error("the connection is lost");
    this.rest();
    if (what === "dies") {
      this.dead = true;
      return new Promise(() => {});
    }
    await this.woken;
    return when === "after" ? (value as T) : effect();
  }
}
