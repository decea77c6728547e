/** Google's own emulator of Bigtable, where this machine has it: a part of gcloud. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import {
  bool,
  bytes,
  field,
  int64,
  map,
  message,
  optional,
  repeated,
  string,
} from "../../../pipeline/protobuf/message";
import { Channel } from "../../../runtime/grpc";
import { freePort, onPath, programOf } from "./emulator";

const program =
  process.env["CBTEMULATOR"] ??
  programOf("gcloud", join("platform", "bigtable-emulator", "cbtemulator")) ??
  onPath("cbtemulator");

/** A test that needs it is skipped where it is not. */
export const hasBigtable = program !== undefined;

const CreateTableRequest = message({
  parent: field(1, string),
  tableId: field(2, string),
  table: field(3, optional(message({ families: field(3, map(message({}))) }))),
});
const ReadRowsRequest = message({ tableName: field(1, string) });
const Wrapped = message({ value: field(1, bytes) });
const CellChunk = message({
  rowKey: field(1, bytes),
  family: field(2, optional(Wrapped)),
  qualifier: field(3, optional(Wrapped)),
  micros: field(4, int64),
  value: field(6, bytes),
  commit: field(9, bool),
});
const ReadRowsResponse = message({ chunks: field(1, repeated(CellChunk)) });

/** A cell: what column it is of, when it was written in milliseconds, what is in it. */
interface Cell {
  readonly column: string;
  readonly time: number;
  readonly value: string;
}

export interface Bigtable {
  /** For BIGTABLE_EMULATOR_HOST. */
  readonly host: string;
  createTable(path: string, families: readonly string[]): Promise<void>;
  /** All cells of each row, by its key: of a column the newest first. */
  rows(path: string): Promise<{ readonly [key: string]: readonly Cell[] }>;
  /** The newest cell of each column. */
  newest(path: string): Promise<{ readonly [key: string]: { readonly [column: string]: string } }>;
  stop(): void;
}

export async function startBigtable(): Promise<Bigtable> {
  if (program === undefined) throw new Error("there is no emulator of Bigtable on this machine");
  const port = await freePort();
  const child = spawn(program, ["-host", "127.0.0.1", "-port", String(port)], { stdio: "ignore" });
  const host = `127.0.0.1:${port}`;
  const channel = new Channel({ address: host, tokens: undefined });
  await new Promise<void>((resolve) => channel.whenReady(resolve));
  const rows = async (path: string): Promise<{ readonly [key: string]: readonly Cell[] }> => {
    const request = ReadRowsRequest.encode({ tableName: path });
    const answers = await channel.several("/google.bigtable.v2.Bigtable/ReadRows", request, { table_name: path });
    return rowsOf(answers.flatMap((answer) => ReadRowsResponse.decode(answer).chunks));
  };
  return {
    host,
    async createTable(path, families) {
      const [parent = "", tableId = ""] = path.split("/tables/");
      const table = { families: Object.fromEntries(families.map((family) => [family, {}])) };
      const request = CreateTableRequest.encode({ parent, tableId, table });
      await channel.unary("/google.bigtable.admin.v2.BigtableTableAdmin/CreateTable", request, { parent });
    },
    rows,
    async newest(path) {
      return Object.fromEntries(Object.entries(await rows(path)).map(([key, cells]) => [key, newestOf(cells)]));
    },
    stop() {
      channel.close();
      child.kill();
    },
  };
}

const newestOf = (cells: readonly Cell[]): { [column: string]: string } =>
  Object.fromEntries(cells.toReversed().map(({ column, value }) => [column, value]));

/** Chunks as rows: what is not said is as in the chunk before. */
function rowsOf(chunks: readonly ReturnType<typeof CellChunk.decode>[]): { [key: string]: Cell[] } {
  const rows: { [key: string]: Cell[] } = {};
  let key = "";
  let family = "";
  let qualifier = "";
  for (const chunk of chunks) {
    key = chunk.rowKey.length > 0 ? text(chunk.rowKey) : key;
    family = chunk.family === undefined ? family : text(chunk.family.value);
    qualifier = chunk.qualifier === undefined ? qualifier : text(chunk.qualifier.value);
    const cell = { column: `${family}:${qualifier}`, time: chunk.micros / 1_000, value: text(chunk.value) };
    (rows[key] ??= []).push(cell);
  }
  return rows;
}

const text = (value: Uint8Array): string => Buffer.from(value).toString();
