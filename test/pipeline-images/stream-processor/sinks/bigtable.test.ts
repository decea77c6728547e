/** Rows in Bigtable: their times, and what Google's emulator makes of them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  boolean,
  bytes,
  date,
  float,
  integer,
  json,
  nullable,
  numeric,
  record,
  repeated,
  string,
  timestamp,
} from "../../../../pipeline";
import { RecordedOutput } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-output";
import { TimesInLog } from "../../../../pipeline-images/stream-processor/sinks/cell-times";
import { systemClock } from "../../../../runtime/clock";
import { type Bigtable, hasBigtable, startBigtable } from "../../../stacks/support/bigtable";
import { keyedRows } from "../support/keyed-rows";

test("each request has a later time than the one before, and the clock's where that is later", () => {
  const time = { now: 1_000 };
  const clock = { ...systemClock, now: () => time.now };
  const times = new TimesInLog(clock, 0);
  expect([times.of(0), times.of(0), times.of(1), times.of(2)]).toEqual([1_000, 1_000, 1_001, 1_002]);
  time.now = 5_000;
  expect([times.of(3), times.of(4)]).toEqual([5_000, 5_001]);
  // The clock of the next owner is behind, and what it writes is newer all the same.
  time.now = 2_000;
  expect(new TimesInLog(clock, times.latest).of(5)).toBe(5_002);
});

const NOON = Date.UTC(2026, 2, 2, 12);
const instance = "projects/acme/instances/games";
let tables = 0;

const of = (n: number, mark: string | null = null) => ({ user: "ada", n, mark });

describe.skipIf(!hasBigtable)("beside Bigtable's emulator (skipped where gcloud has none)", () => {
  let emulator: Bigtable;
  beforeAll(async () => (emulator = await startBigtable()));
  afterAll(() => emulator?.stop());

  /** A table of its own for each test. */
  async function scene(columns: Parameters<typeof keyedRows>[2], key: readonly string[]) {
    const table = `${instance}/tables/t${(tables += 1)}`;
    await emulator.createTable(table, ["f", "other"]);
    const time = { now: NOON };
    const clock = { ...systemClock, now: () => time.now };
    const environment = { BIGTABLE_EMULATOR_HOST: emulator.host };
    const rows = keyedRows(environment, { bigtable: table, family: "f", key }, columns, clock);
    return { table, time, ...rows };
  }

  const everything = {
    user: string(),
    site: nullable(string()),
    n: integer(),
    big: integer({ as: "text" }),
    weight: float(),
    price: numeric(),
    on: boolean(),
    at: timestamp(),
    day: date(),
    raw: bytes(),
    any: json(),
    tags: repeated(string()),
    place: record({ lat: float(), name: nullable(string()) }),
  };
  const row = {
    user: "ada #1",
    site: null,
    n: -7,
    big: "9223372036854775807",
    weight: 0.1,
    price: "12.50",
    on: true,
    at: "2026-03-02T08:00:00.123456Z",
    day: "2026-03-02",
    raw: Buffer.from("bytes").toString("base64"),
    any: { a: [1, null] },
    tags: ["x", "y"],
    place: { lat: 1.5, name: null },
  };

  test("a row is a cell for each of its fields, of text, bytes of bytes, and JSON of what has parts", async () => {
    const { table, owner } = await scene(everything, ["user", "at"]);
    const one = owner();
    one.take(row);
    await one.written();
    expect(await emulator.newest(table)).toEqual({
      "ada %231#2026-03-02T08:00:00.123456Z": {
        "f:user": "ada #1",
        "f:site": "",
        "f:n": "-7",
        "f:big": "9223372036854775807",
        "f:weight": "0.1",
        "f:price": "12.50",
        "f:on": "true",
        "f:at": "2026-03-02T08:00:00.123456Z",
        "f:day": "2026-03-02",
        "f:raw": "bytes",
        "f:any": '{"a":[1,null]}',
        "f:tags": '["x","y"]',
        "f:place": '{"lat":1.5,"name":null}',
      },
    });
  });

  const latest = { user: string(), n: integer(), mark: nullable(string()) };

  test("each request's cells have a time of their own; of a key in one request the last row counts", async () => {
    const { table, owner, time } = await scene(latest, ["user"]);
    const first = owner();
    first.take(of(1, "old"), of(2, "older"), of(3, "new"));
    await first.written();
    time.now += 5;
    first.take(of(4));
    await first.written();
    expect((await emulator.rows(table))["ada"]).toEqual([
      { column: "f:mark", time: NOON + 5, value: "" },
      { column: "f:mark", time: NOON, value: "new" },
      { column: "f:n", time: NOON + 5, value: "4" },
      { column: "f:n", time: NOON, value: "3" },
      { column: "f:user", time: NOON + 5, value: "ada" },
      { column: "f:user", time: NOON, value: "ada" },
    ]);
  });

  test("an owner that dies before it knows what became of its rows: the next one sends them, and they are the same", async () => {
    const { table, owner, time } = await scene(latest, ["user"]);
    const first = owner();
    first.take(of(1, "a"));
    first.record();
    first.kill();
    const log = first.recorded.encode();
    // Two come after it: one whose clock is behind, and one that is sent what both have sent.
    time.now -= 60_000;
    const second = owner(RecordedOutput.decode(log));
    second.take(of(2));
    await second.written();
    const third = owner(RecordedOutput.decode(log));
    await third.written();
    expect(await emulator.newest(table)).toEqual({ ada: { "f:user": "ada", "f:n": "2", "f:mark": "" } });
    expect((await emulator.rows(table))["ada"]?.filter(({ column }) => column === "f:n")).toEqual([
      { column: "f:n", time: NOON + 1, value: "2" },
      { column: "f:n", time: NOON, value: "1" },
    ]);
  });

  test("without a log the message that was published later counts, in whatever order they come", async () => {
    const { table, pushed } = await scene(latest, ["user"]);
    expect(await pushed(NOON + 2, of(2))).toBe(1);
    expect(await pushed(NOON + 1, of(1, "older"))).toBe(1);
    expect(await pushed(NOON + 1, of(1, "older"))).toBe(1);
    expect(await emulator.newest(table)).toEqual({ ada: { "f:user": "ada", "f:n": "2", "f:mark": "" } });
  });

  test("a key that Bigtable has no place for is an error row, and holds up no other", async () => {
    const { table, owner, refused } = await scene(latest, ["user"]);
    const one = owner();
    one.take({ ...of(1), user: "" }, { ...of(2), user: "x".repeat(4_097) }, of(3));
    await one.written();
    expect(Object.keys(await emulator.rows(table))).toEqual(["ada"]);
    expect(refused.map(([, why]) => why)).toEqual([
      "its key, user, is empty",
      "its key is 4097 bytes: Bigtable has 4096 at most",
    ]);
  });

  test("a table that is not there is said, and the rows are in it once somebody has made it", async () => {
    const table = `${instance}/tables/late`;
    const environment = { BIGTABLE_EMULATOR_HOST: emulator.host };
    const rows = keyedRows(environment, { bigtable: table, family: "f", key: ["user"] }, latest);
    const one = rows.owner();
    one.take(of(1));
    one.record();
    while (rows.troubles.length === 0) await new Promise((resolve) => void setImmediate(resolve));
    expect(rows.troubles[0]).toMatch(/table .*late.* not found.*MutateRows at 127/s);
    await emulator.createTable(table, ["f"]);
    await one.written();
    expect(Object.keys(await emulator.rows(table))).toEqual(["ada"]);
    expect(rows.refused).toEqual([]);
  });

  test("a family that is not there is no fault of a row: it waits", async () => {
    const { table } = await scene(latest, ["user"]);
    const environment = { BIGTABLE_EMULATOR_HOST: emulator.host };
    const rows = keyedRows(environment, { bigtable: table, family: "none", key: ["user"] }, latest);
    const one = rows.owner();
    one.take(of(1));
    one.record();
    while (rows.troubles.length === 0 && rows.refused.length === 0)
      await new Promise((resolve) => void setImmediate(resolve));
    one.kill();
    expect(rows.refused).toEqual([]);
    expect(rows.troubles[0]).toMatch(/unknown family.*none/s);
  });
});
