import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { type FakePubSub, fakePubSub } from "./fake-pubsub";

/** The one file that the image holds, as a process. */
let pubsub: FakePubSub;
const folder = mkdtempSync(join(tmpdir(), "ingest-proxy-"));
const main = join(folder, "main.js");

beforeAll(async () => {
  pubsub = await fakePubSub();
  await build({
    entryPoints: [join(__dirname, "../../../pipeline-images/ingest-proxy/main.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    outfile: main,
    logLevel: "error",
  });
});
afterAll(async () => {
  await pubsub.stop();
  rmSync(folder, { recursive: true });
});

interface Line {
  readonly severity: string;
  readonly message: string;
}

function run(environment: { [name: string]: string }): {
  child: ChildProcess;
  readonly line: (matching: RegExp) => Promise<Line>;
  exit: Promise<number | null>;
} {
  const child = spawn(process.execPath, [main], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  const lines: Line[] = [];
  let look: (() => void) | undefined;
  createInterface(child.stdout).on("line", (text) => {
    lines.push(JSON.parse(text) as Line);
    look?.();
  });
  return {
    child,
    line: (matching) =>
      new Promise((resolve) => {
        look = () => {
          const found = lines.find(({ message }) => matching.test(message));
          if (found !== undefined) resolve(found);
        };
        look();
      }),
    exit: new Promise((resolve) => child.once("close", resolve)),
  };
}

test("the bundled image takes an event, and leaves on SIGTERM once it has answered", async () => {
  const { child, line, exit } = run({ TOPIC: pubsub.topic, PUBSUB_EMULATOR_HOST: pubsub.address, PORT: "0" });
  const port = /port (\d+)/.exec((await line(/takes events/)).message)?.[1];
  const release = pubsub.hold();
  const answer = fetch(`http://127.0.0.1:${port}/json`, { method: "POST", body: "{}" });
  // The health check is answered after the event has arrived.
  for (let i = 0; i < 5; i++) await fetch(`http://127.0.0.1:${port}/`);
  child.kill("SIGTERM");
  await expect.poll(() => fetch(`http://127.0.0.1:${port}/`).catch(() => "closed")).toBe("closed");
  release();
  expect((await answer).status).toBe(200);
  expect(await exit).toBe(0);
  expect((await line(/stopped/)).severity).toBe("INFO");
});

test("an environment that is not valid ends it with 1 and the reason", async () => {
  const { line, exit } = run({ TOPIC: "clicks" });
  expect((await line(/TOPIC is "clicks"/)).severity).toBe("ERROR");
  expect(await exit).toBe(1);
});
