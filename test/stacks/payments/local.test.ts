/** The stack, run on this machine beside Google's emulator of Firestore: from the topic to the tables and the balances. */
import { PubSub } from "@google-cloud/pubsub";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { findApp, synthesize } from "../../../cli/app";
import { LocalCloud } from "../../../local/cloud";
import { findStack } from "../../../local/stack/find";
import { testIo } from "../../cli/support";
import { hasFirestore, startFirestore } from "../support/firestore";

const root = join(__dirname, "../../..");
const books = "projects/acme-dev/databases/payment-books";
// Pub/Sub takes no message without anything in it.
const messages = readFileSync(join(root, "stacks/payments/data/payments.jsonl"), "utf8").split("\n").filter(Boolean);

async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await pause(20);
}

test.skipIf(!hasFirestore)(
  "P3: what comes in lands as it came, and is booked once",
  { timeout: 120_000 },
  async ({ onTestFinished }) => {
    const firestore = await startFirestore();
    onTestFinished(() => firestore.stop());
    vi.stubEnv("FIRESTORE_EMULATOR_HOST", firestore.host);
    onTestFinished(() => void vi.unstubAllEnvs());
    const synthesized = await synthesize(findApp(root), testIo());
    const stack = findStack(synthesized.out, "payments", root);
    synthesized.remove();
    const cloud = await LocalCloud.start({ stack });
    onTestFinished(() => cloud.stop());

    const counter = (address: string, name: string): number => cloud.counters()[address]?.[name] ?? 0;
    const door = await cloud.door({ member: "serviceAccount:payments-ingest@acme-dev.iam.gserviceaccount.com" });
    const client = new PubSub({
      projectId: "acme-dev",
      apiEndpoint: door.environment["PUBSUB_EMULATOR_HOST"],
      emulatorMode: true,
    });
    onTestFinished(() => client.close());
    for (const data of messages) {
      await client.topic("payments").publishMessage({ data: Buffer.from(data) });
      // One after another, so that it is certain which of two copies comes first.
      await until(() => counter("google_pubsub_subscription.book-payment", "unacknowledged") === 0);
    }

    await until(() => counter("google_bigquery_table.payments-payments_raw", "rows") === messages.length);
    const paid = "SELECT COUNT(*) AS n FROM payments.payments_as_they_came WHERE payment_id = 'p-006'";
    expect(await cloud.parts.bigquery.query(paid)).toEqual([{ n: 2 }]);
    const balances = await firestore.documents(books, "balances");
    expect(Object.entries(balances).map(([id, { cents }]) => [id, Number(cents?.["integerValue"])])).toEqual([
      ["bakery-EUR", 2270],
      ["bakery-USD", 500],
      ["books-GBP", 17_999],
      ["cinema-EUR", 3030],
    ]);
    // p-008 to p-012, the one without an id, the one whose merchant has a "/", and p-018; the pipeline's own apart.
    const dead = cloud.parts.pubsub.peek("projects/acme-dev/subscriptions/payments-dead-letters-kept", 100);
    expect(dead.filter(({ attributes }) => attributes["pipeline"] === undefined)).toHaveLength(8);

    // The worker pool has one row for each payment, however many copies came. Which hours are closed by now follows from
    // how fast this machine is; that none is there twice does not.
    await until(() => counter("google_bigquery_table.payments-payments", "rows") === 10);
    const taken = await cloud.parts.bigquery.query("SELECT payment_id FROM payments.payments ORDER BY payment_id");
    expect(taken.map(({ payment_id }) => (payment_id as string).slice(2))).toEqual([
      "001",
      "002",
      "003",
      "004",
      "005",
      "006",
      "007",
      "015",
      "016",
      "017",
    ]);
    const doubled =
      "SELECT COUNT(*) AS n FROM payments.payments_per_merchant GROUP BY merchant_id, currency, hour HAVING n > 1";
    expect(await cloud.parts.bigquery.query(doubled)).toEqual([]);
    expect(cloud.denials).toEqual([]);
  },
);
