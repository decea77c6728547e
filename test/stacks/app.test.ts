import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(__dirname, "..", "..");
const out = { cdktf: "", cdktn: "" };

beforeAll(async () => {
  out.cdktf = mkdtempSync(join(tmpdir(), "cdktf-"));
  out.cdktn = mkdtempSync(join(tmpdir(), "cdktn-"));
  await Promise.all([synthesize(out.cdktf), synthesize(out.cdktn, "--require", join(__dirname, "cdktn.cjs"))]);
}, 60_000);

afterAll(() => {
  for (const folder of Object.values(out)) rmSync(folder, { recursive: true });
});

/** Runs the app as a user does: main.ts, in a process of its own. */
function synthesize(folder: string, ...options: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const app = spawn(process.execPath, [...options, "--import", "tsx", "main.ts"], {
      cwd: root,
      env: { ...process.env, CDKTF_OUTDIR: folder },
    });
    let said = "";
    app.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    app.once("error", reject);
    app.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`main.ts ended with ${code}: ${said}`))));
  });
}

type Stack = { readonly "//": { readonly metadata: { readonly version: string } } };
const stackOf = (folder: string, id: string): Stack =>
  JSON.parse(readFileSync(join(folder, "stacks", id, "cdk.tf.json"), "utf8")) as Stack;

test("the app makes the registry's stack, one for each folder of stacks, some of them on Dataflow as well", () => {
  const folders = readdirSync(join(root, "stacks")).filter((name) =>
    existsSync(join(root, "stacks", name, "stack.ts")),
  );
  const runners = folders.flatMap((name) => [`${name}-dev`, `dataflow-${name}`]);
  const made = readdirSync(join(out.cdktf, "stacks"));
  expect(made).toEqual(expect.arrayContaining(["registry-dev", ...folders.map((name) => `${name}-dev`)]));
  expect(made.filter((name) => !runners.includes(name))).toEqual(["registry-dev"]);
});

test("every stack is the same under cdktf and under cdktn", () => {
  for (const id of readdirSync(join(out.cdktf, "stacks"))) {
    const { "//": ours, ...stack } = stackOf(out.cdktf, id);
    const { "//": theirs, ...other } = stackOf(out.cdktn, id);
    expect(theirs.metadata.version).not.toBe(ours.metadata.version);
    expect({ ...theirs, metadata: 0 }).toEqual({ ...ours, metadata: 0 });
    expect(other, id).toEqual(stack);
  }
});

test("the stack says where its images come from, so that they run on a laptop", () => {
  const { "//": notes } = stackOf(out.cdktf, "gaming-events-dev");
  const { images } = (notes as unknown as { journey: { images: { [reference: string]: object } } }).journey;
  expect(Object.values(images)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        name: "ingest-proxy",
        folder: "pipeline-images/ingest-proxy",
        package: "data-journey",
      }),
      expect.objectContaining({
        name: "stream-processor",
        folder: "pipeline-images/stream-processor",
        package: "data-journey",
      }),
    ]),
  );
  for (const reference of Object.keys(images)) {
    expect(reference).toMatch(
      /^europe-west1-docker\.pkg\.dev\/acme-dev\/data-journey\/[a-z-]+(:[0-9a-f]{16}|@sha256:)/,
    );
  }
});
