/** What the README shows is run as it stands there, and what it counts is counted. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = join(__dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const samples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? "");

mkdirSync(join(root, ".journey"), { recursive: true });
// Within the repository, whose tsconfig.json says where `data-journey` is.
const folder = mkdtempSync(join(root, ".journey", "readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The stack that an app writes. */
function synthesized(app: string): { readonly resource: { readonly [type: string]: object } } {
  const main = join(folder, "main.ts");
  const out = join(folder, "out");
  writeFileSync(main, app);
  const env = { ...process.env, CDKTF_OUTDIR: out };
  const { stderr } = spawnSync(process.execPath, ["--import", "tsx", main], { cwd: root, env, encoding: "utf8" });
  expect(stderr).toBe("");
  const [stack = ""] = readdirSync(join(out, "stacks"));
  return JSON.parse(readFileSync(join(out, "stacks", stack, "cdk.tf.json"), "utf8")) as ReturnType<typeof synthesized>;
}

const sampleWith = (text: string): string => {
  const found = samples.find((sample) => sample.includes(text));
  if (found === undefined) throw new Error(`no sample of the README has ${text}`);
  return found;
};

test("the first sample is a whole journey, of as many resources as it says", () => {
  const { resource } = synthesized(sampleWith("app.synth()"));
  const count = Object.values(resource).reduce((sum, named) => sum + Object.keys(named).length, 0);
  expect(readme).toContain(`a whole journey: ${count} Terraform resources`);
});

test("the lines that watch a journey stand after the rest of it", () => {
  const watched = sampleWith("journey.monitor").replaceAll("this", "stack");
  const app = sampleWith("app.synth()").replace("app.synth();", `${watched}app.synth();`);
  const { resource } = synthesized(`import { NotificationChannel } from "data-journey/monitoring";\n${app}`);
  expect(Object.keys(resource["google_monitoring_dashboard"] ?? {})).toEqual(["visit"]);
});
