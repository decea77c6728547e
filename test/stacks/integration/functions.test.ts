import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localServices } from "../../pipeline-images/stream-processor/support/local";
import { hasFirestore, startFirestore, type Firestore } from "../support/firestore";
import { cloudFunction, google, handler, logged, type Environment } from "./support";

/** Two buckets, as the stack has them, and what is in them. */
async function buckets() {
  const { apply, environment } = await localServices();
  for (const name of ["uploads", "processed"]) await apply("google_storage_bucket", { name, location: "europe-west1" });
  const local = environment as Environment;
  const at = local["STORAGE_EMULATOR_HOST"] ?? "";
  const put = async (name: string, content: string | Uint8Array<ArrayBuffer>): Promise<string> => {
    const query = `uploadType=media&name=${encodeURIComponent(name)}`;
    const answer = await fetch(`${at}/upload/storage/v1/b/uploads/o?${query}`, { method: "POST", body: content });
    return ((await answer.json()) as { readonly generation: string }).generation;
  };
  const get = async (name: string) => {
    const answer = await fetch(`${at}/storage/v1/b/processed/o/${encodeURIComponent(name)}?alt=media`);
    return answer.ok ? answer.text() : answer.status;
  };
  const settings = { ...local, UPLOADS: "uploads", PROCESSED: "processed" };
  return { put, get, ...(await cloudFunction("process-file", "processFile", settings)) };
}

/** As Cloud Storage tells of an object. */
const told = (objectId: string, objectGeneration: string, bucketId = "uploads") => ({
  attributes: { bucketId, objectId, objectGeneration, eventType: "OBJECT_FINALIZE" },
});

describe("I3: a file that comes", () => {
  test("I3: is copied in upper case, as processed_<name>, however often it is told of", async () => {
    logged();
    const { put, get, push } = await buckets();
    const generation = await put("notes/a b.txt", "Grüße, hello\n");
    for (let copy = 0; copy < 2; copy += 1) {
      expect(await push({ size: "14" }, told("notes/a b.txt", generation))).toMatchObject({ status: 204 });
    }
    expect(await get("processed_notes/a b.txt")).toBe("GRÜSSE, HELLO\n");
    const empty = await put("empty.txt", "");
    expect(await push({ size: "0" }, told("empty.txt", empty))).toMatchObject({ status: 204 });
    expect(await get("processed_empty.txt")).toBe("");
  });

  test("I3: is not copied where it is a copy, or was replaced by now", async () => {
    logged();
    const { put, get, push } = await buckets();
    const copy = await put("processed_a.txt", "A");
    expect(await push({}, told("processed_a.txt", copy))).toMatchObject({ status: 204 });
    expect(await get("processed_processed_a.txt")).toBe(404);
    const [old, current] = [await put("b.txt", "old"), await put("b.txt", "new")];
    expect(await push({}, told("b.txt", current))).toMatchObject({ status: 204 });
    expect(await push({}, told("b.txt", old))).toMatchObject({ status: 204 });
    expect(await get("processed_b.txt")).toBe("NEW");
  });

  test("I3: is refused where it is no text, too large, or of another bucket", async () => {
    logged();
    const { put, get, push } = await buckets();
    const generation = await put("image.png", new Uint8Array([0x89, 0xff, 0xfe]));
    expect(await push({}, told("image.png", generation))).toMatchObject({ status: 422 });
    expect(await push({ size: "70000000" }, told("large.txt", "1"))).toMatchObject({ status: 422 });
    expect(await push({}, told("a.txt", "1", "processed"))).toMatchObject({ status: 422 });
    expect(await push({})).toMatchObject({ status: 422 });
    expect(await get("processed_image.png")).toBe(404);
  });
});

const event = {
  event_id: "e-001",
  event_type: "purchase",
  user_id: "anna",
  occurred_at: "2026-03-02T08:00:10Z",
};

describe("I2: retryable against fatal", () => {
  const failures = "projects/acme-dev/topics/failures";

  test("I2: what may go better comes again, what never will is set aside with its reason", async () => {
    const lines = logged();
    const { apply, environment, pubsub } = await localServices();
    await apply("google_pubsub_topic", { name: "failures" });
    await apply("google_pubsub_subscription", { name: "failures", topic: failures });
    let status = 503;
    google(() => new Response("says Firestore", { status }));
    const settings = { ...(environment as Environment), DATABASE: "projects/p/databases/d", FAILURES: failures };
    const { push } = await cloudFunction("reliable-function", "reliableFunction", settings);
    expect(await push(event)).toMatchObject({ status: 500 });
    expect(lines.at(-1)).toMatchObject({ severity: "ERROR", message_id: "7" });
    // Set aside: no JSON, no event, an id that is none, and what Firestore says is wrong.
    status = 400;
    for (const data of ["{", { event_id: "1" }, { ...event, event_id: "a/b" }, event]) {
      expect(await push(data)).toMatchObject({ status: 204 });
    }
    const aside = pubsub.peek("projects/acme-dev/subscriptions/failures", 10);
    expect(aside.map(({ attributes }) => attributes["reason"])).toEqual(["parse", "parse", "fatal", "fatal"]);
  });
});

test("I2: sync-file tells of a document that changed, and asks for another turn where it cannot", async () => {
  logged();
  const { apply, environment, pubsub } = await localServices();
  const topic = "projects/acme-dev/topics/monitoring";
  await apply("google_pubsub_topic", { name: "monitoring" });
  await apply("google_pubsub_subscription", { name: "monitoring", topic });
  const type = "google.cloud.firestore.document.v1.written";
  const told = await cloudFunction("sync-file", "syncFile", { ...(environment as Environment), PUBLISH_TO: topic });
  expect(await told.event(type, {}, "documents/files/abc")).toMatchObject({ status: 204 });
  const [notice] = pubsub.peek("projects/acme-dev/subscriptions/monitoring", 10);
  expect(JSON.parse(Buffer.from(notice?.data ?? []).toString())).toEqual({ check: "file", subject: "abc" });
  expect(notice?.attributes).toEqual({ source: "firestore" });
  const nowhere = await cloudFunction("sync-file", "syncFile", { PUBLISH_TO: "" });
  expect(await nowhere.event(type, {}, "documents/files/abc")).toMatchObject({ status: 500 });
});

test("I10: report-health writes each notice as a line that Cloud Logging counts", async () => {
  const lines = logged();
  const { push } = await cloudFunction("report-health", "reportHealth", {});
  expect(await push({ check: "health" }, { attributes: { source: "scheduler" } })).toMatchObject({ status: 204 });
  expect(lines).toEqual([{ severity: "INFO", message: "a notice", check: "health", subject: "", source: "scheduler" }]);
  expect(await push("no notice")).toMatchObject({ status: 422 });
});

/** As BigQuery logs it. */
const entry = (jobChange: object) => ({
  protoPayload: { resourceName: "projects/p/jobs/j", metadata: { jobChange } },
});

describe("I6: process-files", () => {
  test("I6: a message and an audit log are known by their types, and what nobody expects is acknowledged", async () => {
    const lines = logged();
    const { event: send } = await handler("process-files", { DATABASE: "projects/p/databases/d" });
    const message = { message: { messageId: "5", attributes: { source: "scheduler" } }, subscription: "s" };
    expect(await send("google.cloud.pubsub.topic.v1.messagePublished", message)).toMatchObject({ status: 204 });
    const audit = "google.cloud.audit.log.v1.written";
    const errorResult = { message: "no such table" };
    for (const data of [
      entry({ after: "RUNNING" }),
      entry({ after: "DONE" }),
      entry({ after: "DONE", job: { jobStatus: { errorResult } } }),
      {},
    ]) {
      expect(await send(audit, data)).toMatchObject({ status: 204 });
    }
    expect(await send("google.cloud.storage.object.v1.archived", {})).toMatchObject({ status: 204 });
    expect(lines).toEqual([
      { severity: "INFO", message: "a notice", message_id: "5", source: "scheduler" },
      { severity: "INFO", message: "a job is complete", job: "projects/p/jobs/j" },
      { severity: "WARNING", message: "no such table", job: "projects/p/jobs/j" },
      {
        severity: "WARNING",
        message: "an event that nobody expects",
        id: "1",
        type: "google.cloud.storage.object.v1.archived",
      },
    ]);
    expect(await send("google.cloud.storage.object.v1.finalized", {})).toMatchObject({ status: 500 });
  });
});

describe.skipIf(!hasFirestore)("beside Firestore's emulator", () => {
  const DATABASE = "projects/acme-dev/databases/integration";
  let firestore: Firestore;
  beforeAll(async () => {
    firestore = await startFirestore();
  }, 60_000);
  afterAll(() => firestore.stop());
  const beside = (): Environment => ({ DATABASE, FIRESTORE_EMULATOR_HOST: firestore.host });

  test("I2: each event is kept once, however often it comes", async () => {
    logged();
    const { push } = await cloudFunction("reliable-function", "reliableFunction", beside());
    for (const data of [event, { ...event, user_id: "somebody else" }]) {
      expect(await push(data)).toMatchObject({ status: 204 });
    }
    expect(await firestore.documents(DATABASE, "events")).toEqual({
      "e-001": {
        event_type: { stringValue: "purchase" },
        user_id: { stringValue: "anna" },
        occurred_at: { timestampValue: "2026-03-02T08:00:10Z" },
      },
    });
  });

  test("I6: files that come and go are known, in whatever order that is told; I2: asked for, and counted", async () => {
    logged();
    const { event: send } = await handler("process-files", beside());
    const finalized = (name: string, generation: string) =>
      send("google.cloud.storage.object.v1.finalized", { bucket: "uploads", name, generation });
    const deleted = (name: string, generation: string) =>
      send("google.cloud.storage.object.v1.deleted", { bucket: "uploads", name, generation });
    const answers = [
      // Replaced: what is told of the first state comes last.
      await finalized("reports/a.txt", "2"),
      await finalized("reports/a.txt", "1"),
      await deleted("reports/a.txt", "1"),
      // Gone, and told of twice; and told that it is gone before it is told that it came.
      await finalized("b.txt", "3"),
      await deleted("b.txt", "3"),
      await finalized("b.txt", "3"),
      await deleted("b.txt", "3"),
      await deleted("d.txt", "5"),
      await finalized("d.txt", "5"),
      await finalized("c.txt", "4"),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204));

    const lookup = await cloudFunction("lookup-file", "lookupFile", beside());
    expect(await lookup.ask("GET", "/?name=reports/a.txt")).toEqual({
      status: 200,
      body: { name: "reports/a.txt", generation: "2" },
    });
    expect(await lookup.ask("GET", "/?name=b.txt")).toMatchObject({ status: 404 });
    expect(await lookup.ask("GET", "/")).toMatchObject({ status: 400 });
    expect(await lookup.ask("POST", "/?name=c.txt")).toMatchObject({ status: 405 });

    const count = await cloudFunction("count-files", "countFiles", beside());
    expect(await count.ask("POST", "/")).toEqual({ status: 200, body: { files: 2 } });
  });
});
