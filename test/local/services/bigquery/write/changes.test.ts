/** Rows written as changes, through Google's own client. */
import { adapt, managedwriter } from "@google-cloud/bigquery-storage";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fakeHost } from "../../../support/host";
import { failure, running, type Running } from "../support";
import { refused, storageErrorOf, table, writerClient } from "./support";

const { JSONWriter, DefaultStream } = managedwriter;
type Answer = Awaited<ReturnType<ReturnType<managedwriter.JSONWriter["appendRows"]>["getResult"]>>;

const fields = [
  { name: "shop", type: "STRING", mode: "NULLABLE" },
  { name: "day", type: "DATE", mode: "NULLABLE" },
  { name: "n", type: "INTEGER", mode: "REQUIRED" },
];
const settings = {
  schema: { fields },
  tableConstraints: { primaryKey: { columns: ["shop", "day"] } },
  maxStaleness: "0-0 0 0:10:0",
};
type Settings = typeof settings | { readonly schema: typeof settings.schema };

/** A table that changes are written to. */
async function changing(options: { settings?: Settings; pseudo?: "both" | "type" | "none"; run?: Running } = {}) {
  const { pseudo = "both" } = options;
  const run = options.run ?? (await running());
  if (options.run === undefined) {
    await run.client.createDataset("journey");
    await run.client.dataset("journey").createTable("clicks", options.settings ?? settings);
  }
  const writer = writerClient(run.grpc);
  const connection = await writer.createStreamConnection({ destinationTable: table, streamId: DefaultStream });
  const writeOf = (what: typeof pseudo) => {
    const columns = adapt.convertBigQuerySchemaToStorageTableSchema({ fields });
    const options = [
      ...(what === "none" ? [] : [adapt.withChangeType()]),
      ...(what === "both" ? [adapt.withChangeSequenceNumber()] : []),
    ];
    const protoDescriptor = adapt.convertStorageSchemaToProto2Descriptor(columns, "root", ...options);
    const json = new JSONWriter({ connection, protoDescriptor });
    return (rows: readonly object[]): Promise<Answer> => json.appendRows([...rows] as never).getResult();
  };
  const rows = () => run.bigquery.query("SELECT shop, n FROM journey.clicks ORDER BY shop, n");
  return { ...run, writer, writeOf, write: writeOf(pseudo), rows };
}

/** Google's client writes a text in a DATE as the first of 1970. */
const day = new Date("2024-05-06");
const change = (type: string, shop: string | null, n: number | null, sequence?: string) => ({
  shop,
  day,
  ...(n === null ? {} : { n }),
  _CHANGE_TYPE: type,
  ...(sequence === undefined ? {} : { _CHANGE_SEQUENCE_NUMBER: sequence }),
});
const upsert = (shop: string | null, n: number, sequence?: string) => change("UPSERT", shop, n, sequence);
const remove = (shop: string, sequence?: string) => change("DELETE", shop, null, sequence);

test("an upsert takes the place of the row with its key, and a delete takes it away", async () => {
  const { write, rows, bigquery } = await changing();
  expect((await write([upsert("a", 1, "1"), upsert("b", 2, "1")])).error ?? undefined).toBeUndefined();
  await write([upsert("a", 3, "2"), remove("b", "2"), upsert("c", 4, "2")]);
  expect(await rows()).toEqual([
    { shop: "a", n: 3 },
    { shop: "c", n: 4 },
  ]);
  expect(bigquery.counters()).toEqual({ "journey.clicks": { rows: 2, appended: 5, refused: 0 } });
});

test.each([
  ["77", "7B"],
  ["FFF/B", "FFF/ABC"],
  ["BA/FFFFFFFF", "ABC"],
  ["ABC", "fff/abc"],
  ["0/0/0/1", "FFFFFFFFFFFFFFFF/FFFFFFFFFFFFFFFF/FFFFFFFFFFFFFFFF/FFFFFFFFFFFFFFFF"],
  ["9", "10"],
])("%s is before %s, whichever comes first", async (earlier, later) => {
  const { write, rows } = await changing();
  await write([upsert("one request", 1, later), upsert("one request", 2, earlier)]);
  await write([upsert("two requests", 1, later)]);
  await write([upsert("two requests", 2, earlier)]);
  await write([upsert("in order", 2, earlier)]);
  await write([upsert("in order", 1, later)]);
  expect((await rows()).map(({ n }) => n)).toEqual([1, 1, 1]);
});

test("what comes before a delete is ignored after it, also after a restart", async () => {
  const host = fakeHost();
  const first = await running({ host });
  await first.client.createDataset("journey");
  await first.client.dataset("journey").createTable("clicks", settings);
  const { write } = await changing({ run: first });
  await write([upsert("a", 1, "5"), upsert("b", 1, "5")]);
  await write([remove("a", "7")]);
  await first.bigquery.stop();
  const again = await changing({ run: await running({ host }) });
  await again.write([upsert("a", 2, "6"), upsert("b", 2, "6")]);
  expect(await again.rows()).toEqual([{ shop: "b", n: 2 }]);
  await again.write([upsert("a", 3, "8")]);
  expect(await again.rows()).toEqual([
    { shop: "a", n: 3 },
    { shop: "b", n: 2 },
  ]);
});

test("of equal numbers, and without numbers, the change that came last counts", async () => {
  const { write, rows } = await changing();
  await write([upsert("a", 1, "5")]);
  await write([upsert("a", 2, "5")]);
  expect(await rows()).toEqual([{ shop: "a", n: 2 }]);
  const plain = await changing({ pseudo: "type" });
  await plain.write([upsert("a", 1)]);
  await plain.write([upsert("a", 2)]);
  expect(await plain.rows()).toEqual([{ shop: "a", n: 2 }]);
});

test("a change takes the place of rows that were there before any", async () => {
  const { write, rows, bigquery } = await changing();
  await bigquery.query(
    "INSERT INTO journey.clicks (shop, day, n) VALUES ('a', '2024-05-06', 1), ('a', '2024-05-07', 1)",
  );
  await write([upsert("a", 2, "1")]);
  expect((await rows()).map(({ n }) => n)).toEqual([1, 2]);
});

test.each([
  ["another type", change("INSERT", "a", 1, "1"), "The given value is not a valid CHANGE_TYPE"],
  ["the type in small letters", change("upsert", "a", 1, "1"), "The given value is not a valid CHANGE_TYPE"],
  ["no type", { shop: "a", day, n: 1, _CHANGE_SEQUENCE_NUMBER: "1" }, "not a valid CHANGE_TYPE"],
  ["a number that is not hexadecimal", upsert("a", 1, "1/x"), "not a valid CHANGE_SEQUENCE_NUMBER"],
  ["five sections", upsert("a", 1, "1/2/3/4/5"), "not a valid CHANGE_SEQUENCE_NUMBER"],
  ["17 digits", upsert("a", 1, "00000000000000001"), "not a valid CHANGE_SEQUENCE_NUMBER"],
  ["an empty section", upsert("a", 1, "1//2"), "not a valid CHANGE_SEQUENCE_NUMBER"],
  ["no key", upsert(null, 1, "1"), "Primary key column shop is missing"],
  ["an upsert without what is required", change("UPSERT", "a", null, "1"), "Required field n is missing"],
])("a row with %s is refused, and its request with it", async (_, row, why) => {
  const { write, rows } = await changing();
  const { rowErrors, error } = await write([upsert("b", 1, "1"), row]);
  expect(error?.code).toBe(3);
  expect(rowErrors).toHaveLength(1);
  expect(String(rowErrors?.[0]?.index)).toBe("1");
  expect(rowErrors?.[0]?.message).toContain(why);
  expect(await rows()).toEqual([]);
});

test("a table without a primary key takes no changes, nor does a stream of one's own", async () => {
  const keyless = await changing({ settings: { schema: { fields } } });
  const answer = await keyless.write([upsert("a", 1, "1")]);
  expect(refused(answer)).toContain("extra fields: '_CHANGE_SEQUENCE_NUMBER'");
  expect(storageErrorOf(answer)).toBe("SCHEMA_MISMATCH_EXTRA_FIELDS");

  const { writer } = await changing();
  const stream = await writer.createWriteStream({
    streamType: managedwriter.CommittedStream,
    destinationTable: table,
  });
  const connection = await writer.createStreamConnection({ streamId: stream });
  const columns = adapt.convertBigQuerySchemaToStorageTableSchema({ fields });
  const protoDescriptor = adapt.convertStorageSchemaToProto2Descriptor(columns, "root", adapt.withChangeType());
  const json = new JSONWriter({ connection, protoDescriptor });
  expect(refused(await json.appendRows([upsert("a", 1)] as never).getResult())).toContain("extra fields");
});

test("a connection has changes or rows, not both", async () => {
  const { write, writeOf, rows } = await changing();
  await write([upsert("a", 1, "1")]);
  const answer = await writeOf("none")([{ shop: "a", day, n: 2 }]);
  expect(refused(answer)).toBe("3 The given value is not a valid CHANGE_TYPE.");
  expect(await rows()).toEqual([{ shop: "a", n: 1 }]);
});

test("a table that is written by changes takes no statement that changes single rows", async () => {
  const { write, bigquery, rows } = await changing();
  await bigquery.query("DELETE FROM journey.clicks WHERE true");
  await write([upsert("a", 1, "1")]);
  for (const statement of ["DELETE FROM journey.clicks WHERE true", "UPDATE journey.clicks SET n = 1 WHERE true"]) {
    await expect(bigquery.query(statement)).rejects.toThrow("active with change data capture");
  }
  await bigquery.query("INSERT INTO journey.clicks (shop, day, n) VALUES ('b', '2024-05-06', 1)");
  expect(await rows()).toHaveLength(2);
});

test("a table keeps its primary key and its staleness, and its key is of columns that can be one", async () => {
  const { client, apply } = await changing();
  const [metadata] = await client.dataset("journey").table("clicks").getMetadata();
  expect(metadata).toMatchObject({
    tableConstraints: settings.tableConstraints,
    maxStaleness: "0-0 0 0:10:0",
  });
  const keyed = (columns: readonly string[]) =>
    client
      .dataset("journey")
      .createTable("other", { schema: { fields }, tableConstraints: { primaryKey: { columns: [...columns] } } });
  expect(await failure(keyed(["nothing"]))).toContain("Primary key column nothing is not a column of the table");
  expect(await failure(keyed(Array.from({ length: 17 }, () => "shop")))).toContain("BigQuery takes 16");

  const dataset_id = "journey";
  await apply("google_bigquery_table", {
    dataset_id,
    table_id: "applied",
    schema: JSON.stringify(fields),
    table_constraints: { primary_key: { columns: ["shop"] } },
    max_staleness: "0-0 0 0:5:0",
  });
  const [applied] = await client.dataset("journey").table("applied").getMetadata();
  expect(applied).toMatchObject({
    tableConstraints: { primaryKey: { columns: ["shop"] } },
    maxStaleness: "0-0 0 0:5:0",
  });
});

test("a table that is made anew under the name of one that is gone knows nothing of its changes", async () => {
  const { client, write, ...run } = await changing();
  await write([upsert("a", 1, "9")]);
  await client.dataset("journey").table("clicks").delete();
  await client.dataset("journey").createTable("clicks", settings);
  const again = await changing({ run: { client, ...run } });
  await again.write([upsert("a", 2, "1")]);
  expect(await again.rows()).toEqual([{ shop: "a", n: 2 }]);
});

test("whatever the order and the cut of the changes, the last number of each key counts", async () => {
  const { write, rows } = await changing();
  let run = 0;
  const numbers = fc.array(fc.constantFrom("0", "1", "9", "a", "10", "ff"), { minLength: 1, maxLength: 4 });
  const changes = fc.array(
    fc.record({
      shop: fc.constantFrom("a", "b", "c"),
      number: numbers.map((sections) => sections.join("/")),
      n: fc.option(fc.integer({ min: 1, max: 1000 })),
    }),
    { minLength: 1, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 4 }), async (requests) => {
      run += 1;
      for (const request of requests) {
        const sent = request.map(({ shop, number, n }) => {
          const name = `${run}-${shop}`;
          return n === null ? remove(name, number) : upsert(name, n, number);
        });
        const answer = await write(sent);
        expect(answer.rowErrors).toEqual([]);
      }
      const last = new Map<string, { readonly number: bigint; readonly n: number | null }>();
      for (const { shop, number, n } of requests.flat()) {
        const asNumber = [0, 1, 2, 3].reduce(
          (sum, i) => sum * 2n ** 64n + BigInt(`0x${number.split("/")[i] ?? "0"}`),
          0n,
        );
        const before = last.get(shop);
        if (before === undefined || before.number <= asNumber) last.set(shop, { number: asNumber, n });
      }
      const expected = [...last].flatMap(([shop, { n }]) => (n === null ? [] : [{ shop: `${run}-${shop}`, n }]));
      expect((await rows()).filter(({ shop }) => (shop as string).startsWith(`${run}-`))).toEqual(
        expected.toSorted((one, other) => (one.shop < other.shop ? -1 : 1)),
      );
    }),
    { numRuns: 60 },
  );
}, 60_000);
