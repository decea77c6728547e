import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Serving } from "../../../handler";
import { hasFirestore, startFirestore, type Firestore } from "../support/firestore";

const books = "projects/acme-dev/databases/payment-books";
const lines = readFileSync(join(__dirname, "../../../stacks/payments/data/payments.jsonl"), "utf8")
  .trimEnd()
  .split("\n");

/** The handler as its container starts it, told of an emulator. */
async function start(firestore: string): Promise<Serving> {
  vi.stubEnv("PORT", "0");
  vi.stubEnv("BOOKS", books);
  vi.stubEnv("FIRESTORE_EMULATOR_HOST", firestore);
  vi.resetModules();
  const { serving } = await import("../../../stacks/payments/handlers/book-payment/main.js");
  return serving;
}

/** As Pub/Sub does; what is set aside is answered 422, for no topic is bound that would take it. */
async function push(port: number, data: string): Promise<number> {
  const message = { data: Buffer.from(data).toString("base64"), messageId: "7" };
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify({ message }) });
  await answer.arrayBuffer();
  return answer.status;
}

const payment = (given: object) =>
  JSON.stringify({ merchant_id: "kiosk", amount: 1, currency: "EUR", paid_at: "2026-03-02T08:00:00Z", ...given });

beforeEach(() => void vi.spyOn(process.stdout, "write").mockReturnValue(true));

describe.skipIf(!hasFirestore)("P3: beside Firestore's emulator, a payment is booked once", () => {
  let firestore: Firestore;
  let serving: Serving;
  beforeAll(async () => {
    firestore = await startFirestore();
    serving = await start(firestore.host);
  }, 60_000);
  afterAll(async () => {
    await serving.stop();
    firestore.stop();
    vi.unstubAllEnvs();
  });

  const balances = async () =>
    Object.fromEntries(
      Object.entries(await firestore.documents(books, "balances")).map(([id, { cents }]) => [
        id,
        Number(cents?.["integerValue"]),
      ]),
    );

  test("and every balance is what its merchant's payments add up to, whatever comes again, late or broken", async () => {
    const answers: number[] = [];
    for (const line of lines) answers.push(await push(serving.port, line));
    expect(answers.filter((status) => status === 204)).toHaveLength(14);
    // p-008 to p-012, the empty line, the one without an id, the one whose merchant has a "/", and p-018.
    expect(answers.filter((status) => status === 422)).toHaveLength(9);
    expect(await balances()).toEqual({
      // p-001, p-002 and p-015
      "bakery-EUR": 1250 + 320 + 700,
      // p-004
      "bakery-USD": 500,
      // p-003, p-007 and p-017, which is too late for its hour but not for the books
      "books-GBP": 2000 + 14_999 + 1000,
      // p-005, the first p-006, and p-016
      "cinema-EUR": 10 + 20 + 3000,
    });
    const bookings = await firestore.documents(books, "bookings");
    expect(Object.keys(bookings).toSorted()).toEqual(
      ["001", "002", "003", "004", "005", "006", "007", "015", "016", "017"].map((number) => `p-${number}`),
    );
    expect(bookings["p-001"]).toMatchObject({
      merchant_id: { stringValue: "bakery" },
      cents: { integerValue: "1250" },
      paid_at: { timestampValue: "2026-03-02T08:01:00Z" },
      booked_at: { timestampValue: expect.any(String) },
    });
  });

  test("though its copies come at the same moment", async () => {
    const one = payment({ payment_id: "same", merchant_id: "stall" });
    const answers = await Promise.all(Array.from({ length: 8 }, () => push(serving.port, one)));
    // One that met another one is told to come again, and then it does.
    for (const status of answers) expect([204, 500]).toContain(status);
    expect(await push(serving.port, one)).toBe(204);
    expect(await balances()).toMatchObject({ "stall-EUR": 100 });
  });

  test("though its amount is larger than numbers are exact", async () => {
    const amount = "90071992547409.93";
    expect(await push(serving.port, payment({ payment_id: "large", merchant_id: "bank", amount }))).toBe(204);
    const { large } = await firestore.documents(books, "bookings");
    expect(large).toMatchObject({ cents: { integerValue: "9007199254740993" } });
  });
});

test("P3: a payment comes again when the books are out of reach", async () => {
  // Nobody listens there.
  const serving = await start("127.0.0.1:1");
  expect(await push(serving.port, payment({ payment_id: "p-1" }))).toBe(500);
  await serving.stop();
  vi.unstubAllEnvs();
});
