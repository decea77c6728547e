import { managedwriter } from "@google-cloud/bigquery-storage";
import { expect, test } from "vitest";
import { fakeHost } from "../../../support/host";
import { running } from "../support";
import { refused, someone, storageErrorOf, table, writerClient, writing } from "./support";

const { CommittedStream, PendingStream, BufferedStream } = managedwriter;

/** The descriptor of a row with one text. */
const textRow = (name: string) => ({ name: "root", field: [{ name, number: 1, type: 9, label: 1 }] });

const row = (n: number) => ({ user: `u${n}`, n });
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => row(from + at));

test("rows of a committed stream are there when the append is answered, each at its offset", async () => {
  const { create, open, values, bigquery } = await writing();
  const { append } = await open(await create(CommittedStream));
  expect((await append(rows(0, 3), 0)).appendResult?.offset?.value).toBe("0");
  expect(await values()).toEqual([0, 1, 2]);
  expect((await append(rows(3, 5), 3)).appendResult?.offset?.value).toBe("3");
  expect(await values()).toEqual([0, 1, 2, 3, 4]);
  expect(bigquery.counters()).toEqual({ "journey.clicks": { rows: 5, appended: 5, refused: 0 } });
});

test("rows at an offset that is written exist already, and rows beyond the end are out of range", async () => {
  const { create, open, values } = await writing();
  const { append } = await open(await create(CommittedStream));
  await append(rows(0, 3), 0);

  const again = await append(rows(0, 3), 0);
  expect(refused(again)).toBe("6 The offset is within stream, expected offset 3, received 0");
  expect(storageErrorOf(again)).toBe("OFFSET_ALREADY_EXISTS");
  // Cut anew, with its tail beyond what is written: the tail is not written either.
  expect(refused(await append(rows(2, 5), 2))).toBe("6 The offset is within stream, expected offset 3, received 2");
  const beyond = await append(rows(9, 10), 9);
  expect(refused(beyond)).toBe("11 The offset is beyond stream, expected offset 3, received 9");
  expect(storageErrorOf(beyond)).toBe("OFFSET_OUT_OF_RANGE");
  expect((await append(rows(3, 4), 3)).appendResult?.offset?.value).toBe("3");
  expect(await values()).toEqual([0, 1, 2, 3]);
});

test("requests that are sent without waiting keep their order", async () => {
  const { create, open, values } = await writing();
  const { append } = await open(await create(CommittedStream));
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) => append(rows(at * 10, at * 10 + 10), at * 10)),
  );
  expect(answers.map(({ appendResult }) => Number(appendResult?.offset?.value))).toEqual(
    Array.from({ length: 50 }, (_, at) => at * 10),
  );
  expect(await values()).toHaveLength(500);
});

test("a pending stream's rows are seen after all streams of the commit, and all at once", async () => {
  const { create, open, values, writer } = await writing();
  const streams = [await create(PendingStream), await create(PendingStream)];
  for (const [at, stream] of streams.entries()) await (await open(stream)).append(rows(at * 2, at * 2 + 2), 0);
  expect(await values()).toEqual([]);

  const early = await writer.batchCommitWriteStream({ parent: table, writeStreams: streams });
  expect(early.streamErrors?.map(({ code }) => code)).toEqual(["INVALID_STREAM_STATE", "INVALID_STREAM_STATE"]);
  for (const stream of streams) {
    expect((await writer.finalizeWriteStream({ name: stream }))?.rowCount).toBe("2");
  }
  const done = await writer.batchCommitWriteStream({ parent: table, writeStreams: streams });
  expect(done.commitTime).toEqual({ seconds: "1714996800", nanos: 0 });
  expect(await values()).toEqual([0, 1, 2, 3]);

  const again = await writer.batchCommitWriteStream({ parent: table, writeStreams: streams });
  expect(again.streamErrors?.map(({ code }) => code)).toEqual(["STREAM_ALREADY_COMMITTED", "STREAM_ALREADY_COMMITTED"]);
  expect(await values()).toHaveLength(4);
});

test("a committed stream is not for a commit", async () => {
  const { create, writer } = await writing();
  const stream = await create(CommittedStream);
  await writer.finalizeWriteStream({ name: stream });
  const { streamErrors } = await writer.batchCommitWriteStream({ parent: table, writeStreams: [stream] });
  expect(streamErrors?.[0]).toMatchObject({
    code: "INVALID_STREAM_TYPE",
    errorMessage: "Stream must be created in pending mode, actual: COMMITTED",
  });
});

test("a buffered stream's rows are seen up to the offset that was flushed, each once", async () => {
  const { create, open, values, writer } = await writing();
  const stream = await create(BufferedStream);
  const { append } = await open(stream);
  await append(rows(0, 5), 0);
  expect(await values()).toEqual([]);
  await writer.flushRows({ writeStream: stream, offset: { value: 1 } });
  expect(await values()).toEqual([0, 1]);
  await writer.flushRows({ writeStream: stream, offset: { value: 1 } });
  await writer.flushRows({ writeStream: stream, offset: { value: 4 } });
  expect(await values()).toEqual([0, 1, 2, 3, 4]);
  await expect(writer.flushRows({ writeStream: stream, offset: { value: 5 } })).rejects.toThrow(/OUT_OF_RANGE/);
});

test("a finalized stream tells its rows and takes no more", async () => {
  const { create, open, writer, values } = await writing();
  const stream = await create(CommittedStream);
  const { append } = await open(stream);
  await append(rows(0, 2), 0);
  expect((await writer.finalizeWriteStream({ name: stream }))?.rowCount).toBe("2");
  expect((await writer.finalizeWriteStream({ name: stream }))?.rowCount).toBe("2");
  const late = await append(rows(2, 3), 2);
  expect(refused(late)).toBe("3 Stream has been finalized and cannot be appended.");
  expect(storageErrorOf(late)).toBe("STREAM_FINALIZED");
  expect(await values()).toEqual([0, 1]);
});

test("the default stream takes rows of any number of writers, without offsets", async () => {
  const { open, values } = await writing();
  const writers = await Promise.all([0, 1, 2].map(() => open(`${table}/streams/_default`)));
  await Promise.all(writers.map(({ append }, at) => append(rows(at * 10, at * 10 + 10))));
  expect(await values()).toEqual(Array.from({ length: 30 }, (_, at) => at));
  expect(refused(await (writers[0] as (typeof writers)[0]).append(rows(0, 1), 30))).toBe(
    "3 Offset must not be specified when writing to the default stream.",
  );
});

test("a request with a row that does not fit is refused whole, and says which", async () => {
  const { create, open, values, bigquery } = await writing();
  const { append } = await open(await create(CommittedStream));
  const answer = await append([row(0), { n: 1 }, row(2), { n: 3 }], 0);
  expect(refused(answer)).toMatch(/^3 Errors found while processing rows\./);
  expect(answer.rowErrors).toMatchObject([
    { index: "1", code: "FIELDS_ERROR", message: "Required field user is missing" },
    { index: "3", code: "FIELDS_ERROR", message: "Required field user is missing" },
  ]);
  expect(await values()).toEqual([]);
  expect(bigquery.counters()["journey.clicks"]).toEqual({ rows: 0, appended: 0, refused: 4 });
  // The stream stands where it stood.
  expect((await append([row(0)], 0)).appendResult?.offset?.value).toBe("0");
});

test("an empty request, and one that is too large, are refused", async () => {
  const { create, open } = await writing();
  const { append } = await open(await create(CommittedStream));
  expect(refused(await append([], 0))).toBe("3 Rows must be specified.");
  const large = { user: "x".repeat(6 * 1024 * 1024), n: 1 };
  expect(refused(await append([large, large], 0))).toMatch(
    /^3 The request has 125829\d\d bytes of rows, its limit is 10485760\./,
  );
});

test("a writer's schema with a field that the table has not is refused", async () => {
  const { create, writer } = await writing();
  const connection = await writer.createStreamConnection({ streamId: await create(CommittedStream) });
  const json = new managedwriter.JSONWriter({ connection, protoDescriptor: textRow("extra") });
  const answer = await json.appendRows([{ extra: "x" }], 0).getResult();
  expect(refused(answer)).toBe("3 Input schema has more fields than BigQuery schema, extra fields: 'extra'.");
  expect(storageErrorOf(answer)).toBe("SCHEMA_MISMATCH_EXTRA_FIELDS");
});

test("a column that is added meanwhile is told to the writer, and taken from then on", async () => {
  const { create, open, client, bigquery } = await writing();
  const stream = await create(CommittedStream);
  const { append, connection } = await open(stream);
  await append(rows(0, 1), 0);
  const told: unknown[] = [];
  connection.onSchemaUpdated((schema: unknown) => told.push(schema));
  const clicks = client.dataset("journey").table("clicks");
  const [metadata] = await clicks.getMetadata();
  const fields = [...(metadata as { schema: { fields: object[] } }).schema.fields, { name: "page", type: "STRING" }];
  await clicks.setMetadata({ schema: { fields } });

  await append(rows(1, 2), 1);
  expect(told).toMatchObject([{ fields: [{ name: "user" }, { name: "n" }, { name: "page", type: "STRING" }] }]);
  const anew = await open(stream);
  await anew.append([{ user: "u2", n: 2, page: "/home" }], 2);
  expect(await bigquery.query("SELECT n, page FROM journey.clicks ORDER BY n")).toEqual([
    { n: 0, page: null },
    { n: 1, page: null },
    { n: 2, page: "/home" },
  ]);
});

test("a column that a row does not give is NULL, or its default where the request wants that", async () => {
  const { writer, create, bigquery } = await writing([
    { name: "user", type: "STRING" },
    { name: "source", type: "STRING", mode: "REQUIRED", defaultValueExpression: "CONCAT('w', 'eb')" },
  ]);
  const connection = await writer.createStreamConnection({ streamId: await create(CommittedStream) });
  const protoDescriptor = {
    name: "root",
    field: [
      { name: "user", number: 1, type: 9, label: 1 },
      { name: "source", number: 2, type: 9, label: 1 },
    ],
  };
  const json = new managedwriter.JSONWriter({ connection, protoDescriptor });
  expect(refused(await json.appendRows([{ user: "u1" }], 0).getResult())).toMatch(/^3 Errors found/);
  json.setDefaultMissingValueInterpretation("DEFAULT_VALUE");
  await json.appendRows([{ user: "u1" }, { user: "u2", source: "app" }], 0).getResult();
  expect(await bigquery.query("SELECT * FROM journey.clicks ORDER BY user")).toEqual([
    { user: "u1", source: "web" },
    { user: "u2", source: "app" },
  ]);
});

test("streams and their offsets survive a restart with the rows", async () => {
  const first = await writing();
  const committed = await first.create(CommittedStream);
  const buffered = await first.create(BufferedStream);
  await (await first.open(committed)).append(rows(0, 3), 0);
  await (await first.open(buffered)).append(rows(3, 5), 0);
  first.writer.close();
  await first.bigquery.stop();

  const again = await writing(
    undefined,
    await running({ host: fakeHost({ state: first.host.state, clock: first.host.clock }) }),
  );
  expect(await again.values()).toEqual([0, 1, 2]);
  const { append } = await again.open(committed);
  expect(refused(await append(rows(0, 3), 0))).toMatch(/^6 .*expected offset 3, received 0/);
  await append(rows(3, 4), 3);
  await again.writer.flushRows({ writeStream: buffered, offset: { value: 1 } });
  expect(await again.values()).toEqual([0, 1, 2, 3, 3, 4]);
  expect(again.bigquery.counters()["journey.clicks"]?.rows).toBe(6);
});

test("a stream of a table that was made anew under its name is not found", async () => {
  const { create, client, writer } = await writing();
  const stream = await create(CommittedStream);
  await client.dataset("journey").table("clicks").delete();
  await expect(writer.getWriteStream({ streamId: stream })).rejects.toThrow(/NOT_FOUND/);
  await client.dataset("journey").createTable("clicks", { schema: "user,n:INTEGER" });
  await expect(writer.finalizeWriteStream({ name: stream })).rejects.toThrow(/NOT_FOUND/);
});

test("who may not write is told which permission is missing", async () => {
  const { host, bigquery, create } = await writing();
  const stream = await create(CommittedStream);
  const door = await host.serve(bigquery, someone);
  const theirs = writerClient(door.grpc);
  const call = theirs.createWriteStream({ streamType: CommittedStream, destinationTable: table });
  await expect(call).rejects.toThrow(/PERMISSION_DENIED.*bigquery\.tables\.updateData/);

  const connection = await theirs.createStreamConnection({ streamId: stream });
  const json = new managedwriter.JSONWriter({ connection, protoDescriptor: textRow("user") });
  const failed = new Promise((resolve) => connection.onConnectionError(resolve));
  await expect(json.appendRows([{ user: "x" }], 0).getResult()).rejects.toThrow(/bigquery\.tables\.updateData/);
  await failed;
});
