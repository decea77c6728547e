import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { bin, version } from "../../package.json";
import { nodeProblem } from "../../cli/node-version";
import { run } from "../../cli/program";
import { testIo } from "./support";

async function journey(...words: string[]) {
  const io = testIo();
  const code = await run(words, io);
  return { code, out: io.stdout(), err: io.stderr() };
}

describe("help", () => {
  test.each([
    ["--help"],
    ["local", "--help"],
    ["simulate", "--help"],
    ["graph", "--help"],
    ["access", "--help"],
    ["images", "push", "--help"],
  ])("of %s %s is on standard output and ends with 0", async (...words) => {
    const { code, err, out } = await journey(...words);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^Usage: journey/);
  });

  test("has an example that can be typed for each command", async () => {
    for (const words of [["local"], ["simulate"], ["graph"], ["access"], ["images", "push"]]) {
      expect((await journey(...words, "--help")).out).toContain(`$ journey ${words.join(" ")} `);
    }
  });
});

test("the version is the package's", async () => {
  expect(await journey("--version")).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

describe("what cannot be asked for is said in a sentence, with 2:", () => {
  test.each([
    [["lcoal", "x"], "unknown command 'lcoal'\n(Did you mean local?)"],
    [["local"], "missing required argument 'stack'"],
    [["local", "x", "--simulate", "many"], "argument 'many' is invalid. A whole number from 1 is needed."],
    [["local", "x", "--rate", "-1"], "argument '-1' is invalid. A number above 0 is needed."],
    [["local", "x", "--port", "70000"], "A port is a whole number from 1 to 65535."],
    [["local", "x", "--malformed", "3"], "--simulate <clicks> is needed too"],
    [
      ["local", "x", "--simulate", "3", "--malformed", "4"],
      "--malformed 4 of --simulate 3 clicks: there are not so many",
    ],
    [["local", "x", "--simulate", "--until-drained"], "--simulate needs a number of them"],
    [["simulate"], "required option '--endpoint <url>' not specified"],
    [["simulate", "--endpoint", "nowhere"], "--endpoint nowhere is no address"],
  ])("%j", async (words, sentence) => {
    const { code, err, out } = await journey(...words);
    expect(err).toContain(sentence);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).not.toContain("    at ");
  });

  test("a folder without an app", async () => {
    const folder = mkdtempSync(join(tmpdir(), "no-app-"));
    const io = testIo({ cwd: folder });
    expect(await run(["graph", "x"], io)).toBe(2);
    expect(io.stderr()).toBe(
      `There is no cdktf.json in ${folder} or above: run journey in the folder of a cdktf app\n`,
    );
    rmSync(folder, { recursive: true });
  });
});

describe("Node", () => {
  test.each(["20.19.0", "20.20.2", "22.0.0", "24.1.0"])("%s will do", (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  });
  test.each(["18.20.0", "20.18.3"])("%s is refused in a sentence", (version) => {
    expect(nodeProblem(version)).toContain(`journey needs Node 20.19 or later; this is ${version}`);
  });
});

describe("the package's command, as npx runs it,", () => {
  const file = join(__dirname, "../..", bin.journey);
  const journeyProcess = (...words: string[]) => promisify(execFile)(process.execPath, [file, ...words]);

  test("runs in a checkout that nothing was built in", async () => {
    expect((await journeyProcess("--version")).stdout).toBe(`${version}\n`);
  });

  test("ends with 2 and a sentence for what cannot work", async () => {
    await expect(journeyProcess("graph", "gaming-events", "--synthesized", "nowhere")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching("nowhere holds no manifest.json"),
    });
  });
});
