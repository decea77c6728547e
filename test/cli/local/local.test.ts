/** gaming-events, whole: synthesized, run, driven through its proxy's public address, drained, accounted for. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findApp, synthesize } from "../../../cli/app";
import type { Summary } from "../../../cli/local/summary";
import { run } from "../../../cli/program";
import { type AppFixture, appFixture } from "../app-fixture";
import { type TestIo, testIo } from "../support";

const repository = join(__dirname, "../../..");
const journeyTime = 60_000;

type Resources = { [type: string]: { [name: string]: object } };
let stack: { readonly resource: Resources };
const apps: AppFixture[] = [];

/** Synthesized once; what the tests run is an app that writes this. */
beforeAll(async () => {
  const synthesized = await synthesize(findApp(repository), testIo());
  stack = JSON.parse(
    readFileSync(join(synthesized.out, "stacks/gaming-events-dev/cdk.tf.json"), "utf8"),
  ) as typeof stack;
  synthesized.remove();
}, journeyTime);
afterAll(() => {
  for (const app of apps) app.remove();
});

function appOf(resource: Resources = stack.resource): string {
  const app = appFixture({ "gaming-events-dev": { ...stack, resource } });
  apps.push(app);
  return app.folder;
}

/** The stack without one of its resources, as if somebody had deleted its lines. */
function without(type: string, name: string): Resources {
  const { [type]: named = {}, ...others } = stack.resource;
  const { [name]: removed, ...kept } = named;
  expect(removed).toBeDefined();
  return { ...others, [type]: kept };
}

async function journey(cwd: string, ...words: string[]): Promise<{ code: number; io: TestIo; summary: Summary }> {
  const io = testIo({ cwd });
  const code = await run(["local", "gaming-events", ...words], io);
  return { code, io, summary: io.stdout() === "" ? ({} as Summary) : (JSON.parse(io.stdout()) as Summary) };
}

describe("journey local --until-drained", { timeout: journeyTime }, () => {
  test("G8: ends by itself with 0: every click is in all three tables or a dead letter with its reason", async () => {
    const words = ["--simulate", "200", "--malformed", "20", "--seed", "7", "--until-drained", "--json"];
    const { code, io, summary } = await journey(appOf(), ...words);
    expect(summary).toMatchObject({
      stack: "gaming-events-dev",
      clicks: 200,
      malformed: 20,
      refused: {},
      deadLetters: { messages: 20, byPipeline: { "clean-clicks": 20, "user-activity": 20 } },
      unacknowledged: 0,
      unwritten: 0,
      problems: [],
    });
    const accounts = Object.fromEntries(
      summary.accounts.map((one) => [one.table, [one.by, one.reached, one.setAside]]),
    );
    expect(accounts).toEqual({
      "data_journey.pubsub_direct": ["message ids", 200, 0],
      "data_journey.cloud_run": ["message ids", 180, 20],
      "data_journey.dataflow": ["counts", 180, 20],
    });
    expect(Object.keys(summary.deadLetters.reasons).every((reason) => reason.startsWith("parse: $"))).toBe(true);
    expect(code).toBe(0);
    expect(io.stderr()).toMatch(/the journey's page: http:\/\/localhost:\d+\n/);
    expect(io.stderr()).toContain("not on this machine: google_compute_network.terraform-network");
  });

  test("without the proxy's grant says which identity lacks which permission on which resource, and ends with 1", async () => {
    const grant = "dj-pubsub-topic-pubsub-publisher-dj-run-service-proxy";
    const app = appOf(without("google_pubsub_topic_iam_member", grant));
    const { code, summary } = await journey(app, "--simulate", "10", "--until-drained", "--json");
    expect(code).toBe(1);
    expect(summary.problems[0]).toBe(
      "the journey does not get on: serviceAccount:dj-run-service-proxy@acme-dev.iam.gserviceaccount.com lacks " +
        "pubsub.topics.publish on pubsub.googleapis.com/projects/acme-dev/topics/dj-pubsub-topic; " +
        "roles/pubsub.publisher would give it. Nothing in the stack grants it.",
    );
  });

  test("with a kept state goes on where the last run ended", async () => {
    const state = mkdtempSync(join(tmpdir(), "state-"));
    const app = appOf();
    const words = ["--state", state, "--simulate", "20", "--until-drained", "--json"];
    const first = await journey(app, ...words);
    const second = await journey(app, ...words);
    rmSync(state, { recursive: true });
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.summary.rows["data_journey.pubsub_direct"]).toBe(20);
    expect(second.summary.rows["data_journey.pubsub_direct"]).toBe(40);
    expect(second.summary.accounts.every(({ expected, missing }) => expected === 20 && missing === 0)).toBe(true);
  });
});

/** Runs until a line of its progress fits, and is then interrupted. */
async function interrupted(fits: RegExp, ...words: string[]): Promise<{ code: number; stderr: string }> {
  const world = testIo({ cwd: appOf() });
  let told = "";
  const io: TestIo = {
    ...world,
    err(text) {
      told += text;
      if (fits.test(text)) setImmediate(() => world.interrupt());
    },
  };
  const code = await run(["local", "gaming-events", ...words], io);
  return { code, stderr: told };
}

describe("journey local", { timeout: journeyTime }, () => {
  test("without an end of its own ends with 0 on Ctrl-C", async () => {
    const { code, stderr } = await interrupted(/clicks in [1-9]/, "--simulate", "--rate", "100");
    expect(code).toBe(0);
    expect(stderr).toContain("stops\n");
  });

  test("ended before its end ends with 130", async () => {
    const words = ["--simulate", "1000000", "--rate", "50", "--until-drained"];
    expect((await interrupted(/clicks in [1-9]/, ...words)).code).toBe(130);
  });

  test("ended while it starts leaves nothing behind", async () => {
    expect((await interrupted(/^starts/, "--simulate")).code).toBe(0);
  });

  test("whose port is taken says so", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const io = testIo({ cwd: appOf() });
    expect(await run(["local", "gaming-events", "--port", String(port)], io)).toBe(1);
    await new Promise((resolve) => other.close(resolve));
    expect(io.stderr()).toContain(`port ${port} is taken: choose another, or none for the next free one`);
    expect(io.stderr()).not.toContain("This should not happen");
  });
});
