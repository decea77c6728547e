/** All services together, under a stack as constructs write it: what is granted works, what is not is said. */
import { PubSub } from "@google-cloud/pubsub";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { LocalCloud } from "../../local/cloud";
import { fixtureStack, withCloud } from "./support/cloud";
import { journeyResources } from "./support/journey";

type Resources = { readonly [type: string]: { readonly [name: string]: unknown } };

/** The journey without one of its resources. */
function without(type: string, name: string): Resources {
  const resources: Resources = journeyResources;
  return {
    ...resources,
    [type]: Object.fromEntries(Object.entries(resources[type] ?? {}).filter(([key]) => key !== name)),
  };
}

/** Publishes as the proxy does, by Google's own client through the proxy's own door. */
async function publish(cloud: LocalCloud, ...texts: readonly string[]): Promise<readonly string[]> {
  const door = await cloud.door({ member: "serviceAccount:dj-run-service-proxy@acme-dev.iam.gserviceaccount.com" });
  const client = new PubSub({
    projectId: "acme-dev",
    apiEndpoint: door.environment["PUBSUB_EMULATOR_HOST"],
    emulatorMode: true,
  });
  try {
    const topic = client.topic("dj-pubsub-topic", { gaxOpts: { retry: null } });
    return await Promise.all(texts.map((text) => topic.publishMessage({ data: Buffer.from(text) })));
  } finally {
    await client.close();
  }
}

/** Lets everything else go on until something is so. */
async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await new Promise((resolve) => setImmediate(resolve));
}

const counter = (cloud: LocalCloud, address: string, name: string): number => cloud.counters()[address]?.[name] ?? 0;
const refusals = (cloud: LocalCloud): string[] =>
  cloud.denials.map(({ member, permission, resource }) =>
    [member.replace(/@.*/, "").replace("serviceAccount:", ""), permission, resource.split("/").at(-1)].join(" "),
  );
const pushes = "google_pubsub_subscription.push";

describe("a journey with all its grants", () => {
  test("takes a message to every place that reads its topic", async () => {
    await withCloud({ stack: fixtureStack(journeyResources) }, async (cloud) => {
      expect(cloud.services).toEqual(["iam", "storage", "bigquery", "run", "pubsub"]);
      const ids = await publish(cloud, '{"n":1}', '{"n":2}');
      expect(ids).toHaveLength(2);
      const cleaner = "google_cloud_run_v2_service.cleaner";
      await until(
        () => counter(cloud, cleaner, "succeeded") === 2 && counter(cloud, "google_bigquery_table.raw", "rows") === 2,
      );
      const rows = await cloud.parts.bigquery.query("SELECT data FROM data_journey.pubsub_direct ORDER BY data");
      expect(rows).toEqual([{ data: '{"n":1}' }, { data: '{"n":2}' }]);
      await until(() => counter(cloud, pushes, "backlog") === 0);
      expect(counter(cloud, "google_pubsub_subscription.pull", "backlog")).toBe(2);
      expect(cloud.denials).toEqual([]);
    });
  });
});

describe("a journey that lacks a grant", () => {
  test("for the publisher refuses the publisher", async () => {
    const stack = fixtureStack(without("google_pubsub_topic_iam_member", "proxy"));
    await withCloud({ stack }, async (cloud) => {
      await expect(publish(cloud, "x")).rejects.toThrow(
        /serviceAccount:dj-run-service-proxy@acme-dev\.iam\.gserviceaccount\.com lacks pubsub\.topics\.publish on topic dj-pubsub-topic .*roles\/pubsub\.publisher would allow it/,
      );
      expect(refusals(cloud)).toEqual(["dj-run-service-proxy pubsub.topics.publish dj-pubsub-topic"]);
    });
  });

  test("for Pub/Sub itself to write the table is not applied, as the cloud would not apply it", async () => {
    const { time_sleep: _, ...rest } = without("google_bigquery_table_iam_member", "raw");
    const { depends_on: __, ...raw } = journeyResources.google_pubsub_subscription.raw;
    const stack = fixtureStack({ ...rest, google_pubsub_subscription: { ...rest["google_pubsub_subscription"], raw } });
    await expect(LocalCloud.start({ stack })).rejects.toThrow(
      /google_pubsub_subscription\.raw: .*gcp-sa-pubsub\.iam\.gserviceaccount\.com lacks bigquery\.tables\.\w+ on table data_journey\.pubsub_direct/,
    );
  });

  test("for the pusher keeps the messages, and says why they do not arrive", async () => {
    const stack = fixtureStack(without("google_cloud_run_v2_service_iam_member", "pusher"));
    await withCloud({ stack }, async (cloud) => {
      await publish(cloud, "x");
      await until(() => cloud.denials.length > 0);
      expect(refusals(cloud)).toEqual(["dj-run-service-pusher run.routes.invoke dj-run-service-cleaner"]);
      expect(counter(cloud, pushes, "backlog")).toBe(1);
    });
  });

  test("for Pub/Sub to sign the pusher's token keeps them as well", async () => {
    const stack = fixtureStack(without("google_service_account_iam_member", "pusher"));
    await withCloud({ stack }, async (cloud) => {
      await publish(cloud, "x");
      await until(() => cloud.denials.length > 0);
      expect(refusals(cloud)[0]).toContain("iam.serviceAccounts.getOpenIdToken dj-run-service-pusher@");
      expect(counter(cloud, pushes, "backlog")).toBe(1);
    });
  });
});

test("what is in the journey is still there after a restart", async () => {
  const stack = fixtureStack(without("google_cloud_run_v2_service_iam_member", "pusher"));
  const folder = mkdtempSync(join(tmpdir(), "journey-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await withCloud({ stack, folder }, async (cloud) => {
    await publish(cloud, "kept");
    await until(() => counter(cloud, "google_bigquery_table.raw", "rows") === 1);
  });
  await withCloud({ stack: fixtureStack(journeyResources), folder }, async (cloud) => {
    await until(() => counter(cloud, pushes, "backlog") === 0);
    expect(await cloud.parts.bigquery.recentRows("data_journey.pubsub_direct", 5)).toMatchObject([{ data: "kept" }]);
  });
});
