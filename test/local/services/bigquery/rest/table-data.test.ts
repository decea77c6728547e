import { expect, test } from "vitest";
import { failure, running, type Running } from "../support";

const schema = {
  fields: [
    { name: "user", type: "STRING", mode: "REQUIRED" },
    { name: "n", type: "INTEGER" },
    { name: "seen", type: "TIMESTAMP" },
    { name: "tags", type: "STRING", mode: "REPEATED" },
  ],
};

async function clicks(run?: Running) {
  const base = run ?? (await running());
  const [dataset] = await base.client.createDataset("journey");
  const [table] = await dataset.createTable("clicks", { schema });
  return { ...base, table };
}

interface RowFailure {
  readonly row: { readonly user?: string };
  readonly errors: readonly { readonly reason: string; readonly message: string; readonly location?: string }[];
}

/** Which rows were refused, and why. */
async function partialFailures(call: Promise<unknown>): Promise<readonly RowFailure[]> {
  try {
    await call;
    return [];
  } catch (error) {
    return (error as { errors: readonly RowFailure[] }).errors;
  }
}

test("rows come back as they went in, every type of them", async () => {
  const { client } = await running();
  const [dataset] = await client.createDataset("journey");
  const fields = [
    { name: "s", type: "STRING" },
    { name: "i", type: "INTEGER" },
    { name: "f", type: "FLOAT" },
    { name: "b", type: "BOOLEAN" },
    { name: "n", type: "NUMERIC" },
    { name: "y", type: "BYTES" },
    { name: "ts", type: "TIMESTAMP" },
    { name: "d", type: "DATE" },
    { name: "t", type: "TIME" },
    { name: "dt", type: "DATETIME" },
    { name: "j", type: "JSON" },
    { name: "r", type: "RECORD", fields: [{ name: "x", type: "INTEGER" }] },
    { name: "l", type: "RECORD", mode: "REPEATED", fields: [{ name: "x", type: "STRING" }] },
  ];
  const [table] = await dataset.createTable("all", { schema: { fields } });
  await table.insert([
    {
      s: "ä",
      i: "9007199254740993",
      f: 1.5,
      b: true,
      n: "12345678901234567890.123456789",
      y: Buffer.from("ab"),
      ts: "2024-05-06T12:34:56.789012Z",
      d: "2024-05-06",
      t: "12:34:56.5",
      dt: "2024-05-06T12:34:56",
      j: '{"a": [1, null]}',
      r: { x: 1 },
      l: [{ x: "a" }, { x: null }],
    },
  ]);
  const [rows] = await table.getRows({ wrapIntegers: true });
  const [row] = rows as [{ [name: string]: { value?: unknown } & object }];
  expect(row).toMatchObject({
    s: "ä",
    i: { value: "9007199254740993" },
    f: 1.5,
    b: true,
    y: Buffer.from("ab"),
    ts: { value: "2024-05-06T12:34:56.789012000Z" },
    d: { value: "2024-05-06" },
    t: { value: "12:34:56.500000" },
    dt: { value: "2024-05-06T12:34:56" },
    j: '{"a": [1, null]}',
    r: { x: { value: "1" } },
    l: [{ x: "a" }, { x: null }],
  });
  expect((row.n as { toFixed(): string }).toFixed()).toBe("12345678901234567890.123456789");
});

test("an insertId counts once within a minute", async () => {
  const { table, host, bigquery } = await clicks();
  const rows = [{ insertId: "a", json: { user: "u1" } }];
  await table.insert(rows, { raw: true });
  await table.insert([...rows, ...rows, { insertId: "b", json: { user: "u2" } }], { raw: true });
  expect(bigquery.counters()["journey.clicks"]).toMatchObject({ rows: 2 });
  host.clock.advance(61_000);
  await table.insert(rows, { raw: true });
  expect(bigquery.counters()["journey.clicks"]).toMatchObject({ rows: 3 });
});

test("one row that does not fit stops them all, and says why", async () => {
  const { table, bigquery } = await clicks();
  const failures = await partialFailures(
    table.insert(
      [{ user: "u1" }, { user: "u2", n: "many" }, { n: 3 }, { user: "u4", nope: 1 }, { user: "u5", tags: "x" }],
      {
        partialRetries: 0,
      },
    ),
  );
  expect(failures.map(({ errors }) => `${errors[0]?.reason}: ${errors[0]?.message}`)).toEqual([
    "stopped: ",
    "invalid: Cannot convert value to integer (bad value): many",
    "invalid: Missing required field: user.",
    "invalid: no such field: nope.",
    "invalid: Repeated field tags is not an array.",
  ]);
  expect(bigquery.counters()["journey.clicks"]).toEqual({ rows: 0, appended: 0, refused: 5 });
});

test("invalid rows and unknown values are passed over where the request says so", async () => {
  const { table, bigquery } = await clicks();
  const failures = await partialFailures(
    table.insert([{ user: "u1", more: 1 }, { n: 2 }], {
      skipInvalidRows: true,
      ignoreUnknownValues: true,
      partialRetries: 0,
    }),
  );
  expect(failures.map(({ errors }) => errors[0]?.message)).toEqual(["Missing required field: user."]);
  expect(await bigquery.query("SELECT user FROM journey.clicks")).toEqual([{ user: "u1" }]);
});

test("an empty insert, and one into a view, are refused", async () => {
  const { table, client } = await clicks();
  expect(await failure(table.insert([]))).toMatch(/at least 1 row|No rows present/);
  const [view] = await client
    .dataset("journey")
    .createTable("v", { view: { query: "SELECT 1 AS n", useLegacySql: false } });
  expect(await failure(view.insert([{ n: 1 }]))).toMatch(/^400 invalid: Cannot add rows to a table of type VIEW/);
});

test("rows are listed page by page, and by column", async () => {
  const { table, url } = await clicks();
  await table.insert(Array.from({ length: 25 }, (_, n) => ({ user: `u${n}`, n })));
  expect((await table.getRows({ maxResults: 10, autoPaginate: false }))[0]).toHaveLength(10);
  expect((await table.getRows())[0]).toHaveLength(25);
  const path = `${url}/bigquery/v2/projects/acme-dev/datasets/journey/tables/clicks/data?selectedFields=n&startIndex=20`;
  const page = (await (await fetch(path)).json()) as {
    rows: readonly { f: readonly { v: string }[] }[];
    totalRows: string;
  };
  expect(page.rows.map(({ f }) => f.map(({ v }) => v).join())).toEqual(["20", "21", "22", "23", "24"]);
  expect(page.totalRows).toBe("25");
});

test("a timestamp is written as the caller wants it", async () => {
  const { table, url } = await clicks();
  await table.insert([{ user: "u1", seen: 1_714_996_800.25 }]);
  const path = `${url}/bigquery/v2/projects/acme-dev/datasets/journey/tables/clicks/data?selectedFields=seen`;
  const written = async (more: string): Promise<string | undefined> => {
    const page = (await (await fetch(`${path}${more}`)).json()) as { rows: readonly { f: readonly { v: string }[] }[] };
    return page.rows[0]?.f[0]?.v;
  };
  expect(await written("")).toBe("1.71499680025E9");
  expect(await written("&formatOptions.useInt64Timestamp=true")).toBe("1714996800250000");
  expect(await written("&formatOptions.timestampOutputFormat=ISO8601_STRING")).toBe("2024-05-06T12:00:00.250000Z");
});

test("a column's default stands where a row has no value", async () => {
  const { client, bigquery } = await running();
  const [dataset] = await client.createDataset("journey");
  const fields = [
    { name: "user", type: "STRING" },
    { name: "seen", type: "TIMESTAMP", defaultValueExpression: "CURRENT_TIMESTAMP()" },
  ];
  await dataset.createTable("clicks", { schema: { fields } });
  await dataset.table("clicks").insert([{ user: "u0" }]);
  await bigquery.query("INSERT INTO journey.clicks (user) VALUES ('u1')");
  await bigquery.query("INSERT INTO journey.clicks (user, seen) VALUES ('u2', DEFAULT), ('u3', NULL)");
  expect(await bigquery.query("SELECT * FROM journey.clicks ORDER BY user")).toEqual([
    { user: "u0", seen: "2024-05-06T12:00:00.000000Z" },
    { user: "u1", seen: "2024-05-06T12:00:00.000000Z" },
    { user: "u2", seen: "2024-05-06T12:00:00.000000Z" },
    { user: "u3", seen: null },
  ]);
});
