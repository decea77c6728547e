import { Testing } from "cdktf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Template } from "../../../constructs/testing/template";
import { payments } from "../../../stacks/payments/pipeline";
import { Payments } from "../../../stacks/payments/stack";
import { stages } from "../../../stacks/payments/stages";
import { warningsOf } from "../../constructs/support";
import { runPipeline, type Arrival, type Rows } from "../support/engine";

const stack = (): Payments => new Payments(Testing.app({ stackTraces: false }), "payments-dev", stages.dev);
const template = Template.fromStack(stack());

test("the stack is this", async () => {
  await expect(template.toSnapshot()).toMatchFileSnapshot("__snapshots__/dev.yaml");
});

describe("P3: a payment counts exactly once", () => {
  const spec = payments.toJSON();
  const step = (id: string) => spec.steps.find((one) => one.id === id);

  test("writes are idempotent: each row has a key, and a second one of its key takes its place", () => {
    expect(keys("payments")).toEqual({ primary_key: { columns: ["payment_id"] } });
    expect(keys("payments_per_merchant")).toEqual({ primary_key: { columns: ["merchant_id", "currency", "hour"] } });
    expect(environmentOf("google_cloud_run_v2_worker_pool.payments")).toMatchObject({
      OUTPUTS: expect.stringMatching(/"write":"upsert".*"write":"upsert"/),
    });
  });

  test("work is checkpointed: every second, in a bucket, by one instance, and messages can be replayed for 3 days", () => {
    expect(environmentOf("google_cloud_run_v2_worker_pool.payments")).toMatchObject({
      CHECKPOINT_EVERY: "1s",
      CHECKPOINTS: "gs://${google_storage_bucket.payments-pipelines.name}/checkpoints/payments",
    });
    expect(template.resource("google_cloud_run_v2_worker_pool.payments")).toMatchObject({
      scaling: { manual_instance_count: 1 },
    });
    expect(template.resource("google_pubsub_topic.payments")).toMatchObject({ message_retention_duration: "259200s" });
  });

  test("copies are told by the payment's id, for as long as its hour may still change", () => {
    expect(step("payments.distinct")).toMatchObject({ keys: ["payment_id"], within: "90000s" });
    expect(step("per_merchant.window")).toMatchObject({
      inputs: ["payments.distinct"],
      windowing: { type: "fixed", size: "3600s" },
      allowedLateness: "86400s",
      accumulation: "accumulating",
    });
    expect(spec.outputs).toEqual({ payments: "payments.distinct", per_merchant: "per_merchant.aggregate" });
  });

  test("processing is deterministic: no step asks a clock or looks anything up, and amounts are exact", () => {
    const kinds = spec.steps.map(({ kind }) => kind);
    expect(kinds).toEqual(["assert", "eventTime", "distinct", "window", "aggregate"]);
    expect(Object.values(spec.inputs).map(({ kind }) => kind)).toEqual(["unbounded"]);
    expect(step("per_merchant.aggregate")).toMatchObject({
      fields: expect.arrayContaining([expect.objectContaining({ name: "amount", type: "NUMERIC" })]),
    });
  });

  test("what is outside of BigQuery is one transaction: the handler may write the books, and nothing else", () => {
    expect(environmentOf("google_cloud_run_v2_service.book-payment")).toMatchObject({
      BOOKS: "${google_firestore_database.payment-books.id}",
    });
    expect(
      Object.values(template.allResources("google_project_iam_member")).map(({ role, condition }) => [role, condition]),
    ).toEqual([
      [
        "roles/datastore.user",
        expect.objectContaining({ expression: 'resource.name == "projects/acme-dev/databases/payment-books"' }),
      ],
    ]);
    expect(template.resource("google_pubsub_subscription.book-payment")).toMatchObject({
      dead_letter_policy: { max_delivery_attempts: 50 },
      push_config: { oidc_token: { audience: "https://book-payment.europe-west1.acme-dev.internal" } },
    });
  });

  test("payments are taken from the checkout alone", () => {
    expect(
      template.resource("google_cloud_run_v2_service_iam_member.payments-ingest-run-invoker-payments-checkout"),
    ).toMatchObject({ role: "roles/run.invoker", member: "${google_service_account.payments-checkout.member}" });
  });

  test("nothing is to be warned of but images that were never pushed", () => {
    const made = stack();
    Template.fromStack(made);
    expect(warningsOf(made).filter((warning) => !warning.includes("was never pushed"))).toEqual([]);
  });
});

const keys = (table: string): unknown =>
  template.resource(`google_bigquery_table.payments-${table}`)["table_constraints"];

const environmentOf = (address: string): { readonly [name: string]: unknown } => {
  const { template: revision } = template.resource(address) as {
    readonly template: {
      readonly containers: readonly { readonly env: readonly { readonly name: string; readonly value: unknown }[] }[];
    };
  };
  return Object.fromEntries(revision.containers.flatMap(({ env }) => env.map(({ name, value }) => [name, value])));
};

/** An upsert: the last row of each key stays. */
const kept = (panes: Rows[string] = []) => {
  const rows = new Map(panes.map((row) => [[row["merchant_id"], row["currency"], row["hour"]].join(" "), row]));
  const keys = [...rows.keys()].toSorted();
  return keys.map((key) => [key, rows.get(key)?.["payments"], rows.get(key)?.["amount"], rows.get(key)?.["largest"]]);
};

const reasons = (errors: Rows[string] = []) =>
  errors.map(({ reason, step: at }) => `${String(reason)} ${String(at)}`).toSorted();

describe("the sample, on the engine", () => {
  const lines = readFileSync(join(__dirname, "../../../stacks/payments/data/payments.jsonl"), "utf8")
    .trimEnd()
    .split("\n");

  const first = ["001", "002", "003", "004", "005", "006", "007", "015", "016", "017"].map((number) => `p-${number}`);

  // 0.1 and 0.2 are 0.3, and the payment of 07:59:59.999 came an hour late.
  const perMerchant = [
    ["bakery EUR 2026-03-02T07:00:00.000000Z", 1, "7", "7"],
    ["bakery EUR 2026-03-02T08:00:00.000000Z", 2, "15.7", "12.5"],
    ["bakery USD 2026-03-02T08:00:00.000000Z", 1, "5", "5"],
    ["books GBP 2026-03-02T08:00:00.000000Z", 1, "20", "20"],
    ["books GBP 2026-03-02T09:00:00.000000Z", 1, "149.99", "149.99"],
    ["cinema EUR 2026-03-02T08:00:00.000000Z", 2, "0.3", "0.2"],
    ["cinema EUR 2026-03-03T10:00:00.000000Z", 1, "30", "30"],
  ];
  const refused = [
    // p-010 to p-012, the one without an id, and the one whose merchant has a "/".
    ...Array.from({ length: 5 }, () => "function payments.assert"),
    // p-008, p-009, the empty line, and p-018.
    ...Array.from({ length: 4 }, () => "parse payments"),
  ];
  test("pays each merchant for each hour what the payments say, however many copies come", () => {
    const { payments: taken, per_merchant: panes, errors } = runPipeline(payments.toJSON(), arrivals(lines));
    // The last copy of p-003 comes when nobody remembers it: its row takes its own place, and its hour is closed.
    expect(taken?.map(({ payment_id }) => payment_id)).toEqual([...first, "p-003"]);
    expect(taken?.filter(({ payment_id }) => payment_id === "p-006")).toMatchObject([{ amount: "0.2" }]);
    expect(kept(panes)).toEqual(perMerchant);
    // And p-017, of the day before.
    const late = ["late per_merchant.aggregate", "late per_merchant.aggregate"];
    expect(reasons(errors)).toEqual([...refused, ...late].toSorted());
  });
});

/** Each comes when the newest of those before it was paid. */
function arrivals(lines: readonly string[]): readonly Arrival[] {
  let at = "2026-03-02T08:00:00Z";
  return lines.map((data) => {
    const [, paid = at] = /"paid_at":"([^"]+)"/.exec(data) ?? [];
    at = paid > at ? paid : at;
    return { data, at };
  });
}
