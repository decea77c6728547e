/** Rows as documents, and what Google's emulator of Firestore makes of them. */
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
import { type Firestore, hasFirestore, startFirestore } from "../../../stacks/support/firestore";
import { keyedRows } from "../support/keyed-rows";

const database = "projects/acme/databases/games";
let collections = 0;

const of = (n: number, user = "ada", note: object | null = null) => ({ user, n, note }) as never;
const numbers = async (documents: () => ReturnType<Firestore["documents"]>) =>
  Object.fromEntries(Object.entries(await documents()).map(([id, { n }]) => [id, Number(n?.["integerValue"])]));

describe.skipIf(!hasFirestore)("beside Firestore's emulator (skipped where gcloud or Java is not there)", () => {
  let emulator: Firestore;
  beforeAll(async () => (emulator = await startFirestore()), 60_000);
  afterAll(() => emulator?.stop());

  /** A collection of its own for each test. */
  function scene(columns: Parameters<typeof keyedRows>[2], key: readonly string[]) {
    const collection = `c${(collections += 1)}`;
    const binding = { documents: `${database}/documents/${collection}`, key };
    const rows = keyedRows({ FIRESTORE_EMULATOR_HOST: emulator.host }, binding, columns);
    return { documents: () => emulator.documents(database, collection), ...rows };
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
    user: "ada/1",
    site: null,
    n: -7,
    big: "9223372036854775807",
    weight: 2,
    price: "12.50",
    on: true,
    at: "1969-03-02T08:00:00.123456Z",
    day: "2026-03-02",
    raw: Buffer.from("bytes").toString("base64"),
    any: { a: [1, null, 0.5, "x", false], b: {} },
    tags: ["x", "y"],
    place: { lat: 1.5, name: null },
  };

  test("a row is a document, each field by the type that Firestore has for it", async () => {
    const { documents, owner } = scene(everything, ["user", "n"]);
    const one = owner();
    one.take(row);
    await one.written();
    expect(await documents()).toEqual({
      "ada%2F1#-7": {
        user: { stringValue: "ada/1" },
        site: { nullValue: null },
        n: { integerValue: "-7" },
        big: { integerValue: "9223372036854775807" },
        weight: { doubleValue: 2 },
        price: { stringValue: "12.50" },
        on: { booleanValue: true },
        at: { timestampValue: "1969-03-02T08:00:00.123456Z" },
        day: { stringValue: "2026-03-02" },
        raw: { bytesValue: row.raw },
        any: {
          mapValue: {
            fields: {
              a: {
                arrayValue: {
                  values: [
                    { integerValue: "1" },
                    { nullValue: null },
                    { doubleValue: 0.5 },
                    { stringValue: "x" },
                    { booleanValue: false },
                  ],
                },
              },
              b: { mapValue: {} },
            },
          },
        },
        tags: { arrayValue: { values: [{ stringValue: "x" }, { stringValue: "y" }] } },
        place: { mapValue: { fields: { lat: { doubleValue: 1.5 }, name: { nullValue: null } } } },
      },
    });
  });

  const latest = { user: string(), n: integer(), note: nullable(json()) };

  test("a later row replaces the document, also within a request; what a dead owner left is written before what follows", async () => {
    const { documents, owner } = scene(latest, ["user"]);
    const first = owner();
    first.take(of(1), of(2), of(1, "bob"), of(3));
    first.record();
    first.kill();
    const second = owner(RecordedOutput.decode(first.recorded.encode()));
    second.take(of(4));
    await second.written();
    expect(await numbers(documents)).toEqual({ ada: 4, bob: 1 });
  });

  test("more rows than a request may have", async () => {
    const { documents, owner } = scene(latest, ["user"]);
    const one = owner();
    one.take(...Array.from({ length: 900 }, (_, i) => of(i, `user-${i}`)));
    await one.written();
    expect(Object.keys(await documents())).toHaveLength(900);
  });

  test("what Firestore will not take is an error row, with its reason, and the others are there", async () => {
    const { documents, owner, refused, troubles } = scene(latest, ["user"]);
    const one = owner();
    const wide = { text: "x".repeat(1_100_000) };
    one.take(of(1), of(2, "nested", [[1], [2]]), of(3, "wide", wide), of(4, "bob"));
    await one.written();
    expect(await numbers(documents)).toEqual({ ada: 1, bob: 4 });
    expect(refused.map(([row]) => row)).toEqual([of(2, "nested", [[1], [2]]), of(3, "wide", wide)]);
    expect(refused.map(([, why]) => why)).toEqual([
      expect.stringContaining("array value in an array value"),
      expect.stringContaining("INVALID_ARGUMENT"),
    ]);
    expect(troubles).toEqual([]);
  });

  test("names that Firestore keeps for itself are written otherwise; what is too long or empty is an error row", async () => {
    const { documents, owner, refused } = scene(latest, ["user"]);
    const one = owner();
    one.take(of(1, "."), of(2, ".."), of(3, "__x__"), of(4, "%2E"), of(5, ""), of(6, "é".repeat(751)), of(7, "..."));
    await one.written();
    expect(await numbers(documents)).toEqual({ "%2E": 1, "%2E.": 2, "%5F_x__": 3, "%252E": 4, "...": 7 });
    expect(refused.map(([, why]) => why)).toEqual([
      "its id, user, is empty",
      "its id is 1502 bytes: Firestore has 1500 at most",
    ]);
  });

  test("without a log, a message's rows are there when it is acknowledged", async () => {
    const { documents, pushed, refused } = scene(latest, ["user"]);
    expect(await pushed(0, of(1), of(2), of(3, "nested", [[1]]))).toBe(2);
    expect(await pushed(0, of(3))).toBe(1);
    expect(await numbers(documents)).toEqual({ ada: 3 });
    expect(refused).toHaveLength(1);
  });
});
