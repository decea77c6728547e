/** Every system has a stack that provisions it, and a test that says what it must do. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systems } from "./systems";
import { titledTests } from "./titled";

const numbered = (letter: string, last: number): readonly string[] =>
  Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);

const all = [
  ...numbered("D", 10),
  ...numbered("G", 8),
  ...numbered("I", 10),
  ...numbered("O", 11),
  ...numbered("P", 3),
  ...numbered("W", 3),
];

const root = join(__dirname, "..", "..");
let out = "";

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "systems-"));
  const env = { ...process.env, CDKTF_OUTDIR: out };
  const app = spawn(process.execPath, ["--import", "tsx", "main.ts"], { cwd: root, env, stdio: "ignore" });
  const code = await new Promise((resolve, reject) => void app.once("error", reject).once("close", resolve));
  expect(code).toBe(0);
}, 60_000);

afterAll(() => rmSync(out, { recursive: true, force: true }));

test("the systems are listed by their ids, in order, each once", () => {
  expect(systems.map(({ id }) => id)).toEqual(all);
});

test.each(systems)("$id: all that it is made of is in $stack: $what", ({ stack, stage = "dev", addresses }) => {
  const names = readdirSync(join(out, "stacks"));
  const name = names.find((one) => one === `${stack}-${stage}` || one === `${stage}-${stack}`);
  expect(names).toContain(name);
  const { resource = {}, data = {} } = JSON.parse(
    readFileSync(join(out, "stacks", String(name), "cdk.tf.json"), "utf8"),
  ) as { readonly [kind: string]: { readonly [type: string]: { readonly [name: string]: object } } };
  const made = [...addressesOf(resource, ""), ...addressesOf(data, "data.")];
  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.filter((address) => !made.includes(address))).toEqual([]);
});

const addressesOf = (
  resources: { readonly [type: string]: { readonly [name: string]: object } },
  before: string,
): readonly string[] =>
  Object.entries(resources).flatMap(([type, named]) => Object.keys(named).map((name) => `${before}${type}.${name}`));

test("each has a test that is called by it", () => {
  const titled = titledTests(join(root, "test"));
  expect(all.filter((id) => !titled.has(id))).toEqual([]);
});
