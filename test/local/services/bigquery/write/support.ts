import { adapt, managedwriter, protos } from "@google-cloud/bigquery-storage";
import { credentials } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import type { Caller } from "../../../../../local/service";
import { running, type Running } from "../support";

const { WriterClient, JSONWriter } = managedwriter;
const FULL = protos.google.cloud.bigquery.storage.v1.WriteStreamView.FULL;
type StreamType = Parameters<managedwriter.WriterClient["createWriteStream"]>[0]["streamType"];
type Connection = Awaited<ReturnType<managedwriter.WriterClient["createStreamConnection"]>>;
type Answer = protos.google.cloud.bigquery.storage.v1.IAppendRowsResponse;

export const table = "projects/acme-dev/datasets/journey/tables/clicks";

export interface Writing extends Running {
  readonly writer: managedwriter.WriterClient;
  /** A stream's connection, and a JSON writer on it. */
  readonly open: (stream: string) => Promise<{
    readonly connection: Connection;
    readonly append: (rows: readonly object[], offset?: number) => Promise<Answer>;
  }>;
  readonly create: (type: StreamType) => Promise<string>;
  /** Of the table, in the order of n. */
  readonly values: () => Promise<readonly unknown[]>;
}

const clickSchema = [
  { name: "user", type: "STRING", mode: "REQUIRED" },
  { name: "n", type: "INTEGER" },
];

export function writerClient(address: string): managedwriter.WriterClient {
  const [apiEndpoint, port] = address.split(":") as [string, string];
  const client = new WriterClient({
    projectId: "acme-dev",
    apiEndpoint,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
  });
  onTestFinished(() => {
    client.close();
    void client.getClient().close();
  });
  return client;
}

export async function writing(schema: readonly object[] = clickSchema, run?: Running): Promise<Writing> {
  const base = run ?? (await running());
  if (run === undefined) {
    await base.client.createDataset("journey");
    await base.client.dataset("journey").createTable("clicks", { schema: { fields: [...schema] } });
  }
  const writer = writerClient(base.grpc);
  return {
    ...base,
    writer,
    create: (streamType) => writer.createWriteStream({ streamType, destinationTable: table }),
    async open(stream) {
      const connection = await writer.createStreamConnection({ streamId: stream });
      const found = await writer.getWriteStream({ streamId: stream, view: FULL });
      const protoDescriptor = adapt.convertStorageSchemaToProto2Descriptor(found.tableSchema ?? {}, "root");
      const json = new JSONWriter({ connection, protoDescriptor });
      return {
        connection,
        append: async (rows, offset) => json.appendRows([...rows] as never, offset).getResult(),
      };
    },
    values: async () => (await base.bigquery.query("SELECT n FROM journey.clicks ORDER BY n")).map(({ n }) => n),
  };
}

/** The code and the message of an answer's error, the stream's name left out. */
export const refused = ({ error }: Answer): string => `${error?.code} ${error?.message?.replace(/ Entity: .*$/, "")}`;

export const storageErrorOf = ({ error }: Answer): string | undefined => {
  const [detail] = error?.details ?? [];
  if (detail?.value === undefined || detail.value === null) return undefined;
  const { StorageError } = protos.google.cloud.bigquery.storage.v1;
  const { code } = StorageError.decode(detail.value as Uint8Array);
  return StorageError.StorageErrorCode[Number(code)];
};

export const someone: Caller = { member: "serviceAccount:worker@acme-dev.iam.gserviceaccount.com" };
