import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findApp, synthesize } from "../../cli/app";
import { run } from "../../cli/program";
import { type AppFixture, appFixture } from "./app-fixture";
import { testIo } from "./support";

let app: AppFixture;
afterEach(() => app.remove());

const clicks = {
  provider: { google: [{ project: "acme-dev", region: "europe-west1" }] },
  resource: {
    google_pubsub_topic: { clicks: { name: "clicks" } },
    google_pubsub_subscription: { all: { name: "all", topic: "${google_pubsub_topic.clicks.id}" } },
  },
};

test("the app runs into a folder of its own, and the user's cdktf.out is left alone", async () => {
  app = appFixture({ "journey-dev": clicks });
  const synthesized = await synthesize(findApp(join(app.folder)), testIo());
  expect(existsSync(join(synthesized.out, "stacks/journey-dev/cdk.tf.json"))).toBe(true);
  expect(readdirSync(app.folder).toSorted()).toEqual(["app.cjs", "cdktf.json", "stacks.json"]);
  synthesized.remove();
  expect(existsSync(synthesized.out)).toBe(false);
});

test("cdktf.json is found from a folder below it", () => {
  app = appFixture({});
  app.file("stacks/clicks/stack.ts", "");
  expect(findApp(join(app.folder, "stacks/clicks"))).toMatchObject({ folder: app.folder, context: { stage: "dev" } });
});

test("the app is given the context of cdktf.json, and its own tools first", async () => {
  app = appFixture({ "journey-dev": clicks });
  app.file("cdktf.json", JSON.stringify({ app: "tool", context: { stage: "dev" } }));
  app.file("node_modules/.bin/tool", '#!/bin/sh\necho "$CDKTF_CONTEXT_JSON" >&2\nexit 3\n', 0o755);
  await expect(synthesize(findApp(app.folder), testIo())).rejects.toThrow('The app failed (tool):\n{"stage":"dev"}');
});

test("an app that fails is quoted, without its stack trace", async () => {
  app = appFixture({});
  app.file("app.cjs", 'throw new Error("gaming-events/journey: ackDeadline is 5s")');
  const io = testIo({ cwd: app.folder });
  expect(await run(["graph", "journey"], io)).toBe(1);
  expect(io.stderr()).toContain("Error: gaming-events/journey: ackDeadline is 5s");
  expect(io.stderr()).not.toMatch(/^ +at /m);
});

test("an app that writes no stacks is told so", async () => {
  app = appFixture({});
  app.file("app.cjs", "");
  await expect(synthesize(findApp(app.folder), testIo())).rejects.toThrow(
    "wrote no stacks: does it end with app.synth()?",
  );
});

test.each([
  ["{", "is not JSON"],
  ["{}", 'has no "app": the command that runs the app'],
])("a cdktf.json of %s is said", (content, sentence) => {
  app = appFixture({});
  app.file("cdktf.json", content);
  expect(() => findApp(app.folder)).toThrow(sentence);
});

test("graph prints the journey as Mermaid, by what the stack's id begins with", async () => {
  app = appFixture({ "journey-dev": clicks });
  const io = testIo({ cwd: app.folder });
  expect(await run(["graph", "journey"], io)).toBe(0);
  expect(io.stdout()).toMatch(/^flowchart LR\n[\s\S]*clicks[\s\S]*all/);
  expect(io.stderr()).toBe("");
});

test("what was synthesized before is read instead of running the app", async () => {
  app = appFixture({ "journey-dev": clicks });
  const synthesized = await synthesize(findApp(app.folder), testIo());
  app.file("app.cjs", 'throw new Error("the app was run")');
  const io = testIo({ cwd: app.folder });
  expect(await run(["graph", "journey", "--synthesized", synthesized.out], io)).toBe(0);
  expect(io.stdout()).toContain("clicks");
  expect(await run(["graph", "journey", "--synthesized", "."], io)).toBe(2);
  expect(io.stderr()).toContain("holds no manifest.json: it is no folder that an app wrote");
  expect(existsSync(synthesized.out)).toBe(true);
  synthesized.remove();
});

test("a stack that is not there is answered with those that are", async () => {
  app = appFixture({ "journey-dev": clicks, "registry-dev": clicks });
  const io = testIo({ cwd: app.folder });
  expect(await run(["graph", "gaming"], io)).toBe(1);
  expect(io.stderr()).toContain("journey-dev, registry-dev");
});

test("access prints who can do what on what, and why", async () => {
  const member = { topic: "${google_pubsub_topic.clicks.name}", role: "roles/pubsub.publisher" };
  const stack = {
    "//": { journey: { whys: { "google_pubsub_topic_iam_member.one": "publishes clicks" } } },
    provider: { google: [{ project: "acme-dev", region: "europe-west1" }] },
    resource: {
      google_service_account: { proxy: { account_id: "proxy", project: "acme-dev" } },
      google_pubsub_topic: { clicks: { name: "clicks" } },
      google_project_service_identity: { pubsub: { service: "pubsub.googleapis.com" } },
      google_cloud_run_v2_service: {
        proxy: {
          name: "proxy",
          location: "europe-west1",
          invoker_iam_disabled: true,
          template: { service_account: "${google_service_account.proxy.email}" },
        },
      },
      google_pubsub_topic_iam_member: {
        one: { ...member, member: "${google_service_account.proxy.member}" },
        two: { ...member, member: "${google_project_service_identity.pubsub.member}" },
        three: { ...member, member: "user:ann@example.com" },
      },
      google_project_iam_member: {
        jobs: { project: "acme-dev", role: "roles/bigquery.jobUser", member: "user:ann@example.com" },
      },
    },
  };
  app = appFixture({ "journey-dev": stack });
  const io = testIo({ cwd: app.folder });
  expect(await run(["access", "journey"], io)).toBe(0);
  expect(io.stdout()).toBe(`allUsers (anybody)
  run.invoker  service proxy  it is public

proxy@acme-dev.iam.gserviceaccount.com (runs proxy)
  pubsub.publisher  topic clicks  publishes clicks

user:ann@example.com
  bigquery.jobUser  project acme-dev  given by the stack's code; the whole project
  pubsub.publisher  topic clicks      given by the stack's code

pubsub's service agent (Google's)
  pubsub.publisher  topic clicks  given by the stack's code

4 identities, 5 rights, 1 on a whole project, some for anybody
`);
  const json = testIo({ cwd: app.folder });
  expect(await run(["access", "journey", "--json"], json)).toBe(0);
  expect(JSON.parse(json.stdout())).toHaveLength(4);
});
