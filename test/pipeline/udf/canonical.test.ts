import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { transformSync as swc } from "@swc/core";
import { transformSync as strip } from "amaro";
import { transformSync as esbuild } from "esbuild";
import { createInstrumenter } from "istanbul-lib-instrument";
import ts from "typescript-5";
import { transformWithEsbuild } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as language from "../../../pipeline";
import { specText } from "../../../pipeline/spec-text";
import { define } from "./fixture/pipeline";

const root = join(__dirname, "../../..");
const file = join(__dirname, "fixture/pipeline.ts");
const source = readFileSync(file, "utf8");

type Fixture = { readonly define: (of: typeof language) => unknown };
const textOf = (fixture: Fixture): string => specText(fixture.define(language) as language.Pipeline);

/** Runs the code of an ES module. */
async function runModule(code: string): Promise<string> {
  const url: string = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
  return textOf((await import(url)) as Fixture);
}

/** Runs the code of a CommonJS module. */
function runScript(code: string): string {
  const module = { exports: {} };
  // oxlint-disable-next-line typescript/no-implied-eval -- the code is what a compiler made of a file of this test
  new Function("module", "exports", "require", code)(module, module.exports, (name: string) => {
    throw new Error(`the fixture imports only types, and this asks for ${name}`);
  });
  return textOf(module.exports as Fixture);
}

/** What Vitest itself made of it; every other tool is to give the same. */
const expected = textOf({ define });

test("the functions are there as they were written", () => {
  const { steps } = JSON.parse(expected) as language.PipelineSpec;
  expect(steps.filter((step) => "function" in step)).toHaveLength(8);
  expect(steps.map((step) => ("function" in step ? step.function.source : ""))).toContain(
    "event => (event.value ?? 0) > 1000",
  );
  expect(expected).not.toMatch(/__name|cov_|inner \*/);
});

const target = "es2022";
const typescript = (module: ts.ModuleKind): string =>
  ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022, module } }).outputText;
const withSwc = (type: "es6" | "commonjs"): string =>
  swc(source, { filename: file, jsc: { parser: { syntax: "typescript" }, target }, module: { type } }).code;
const covered = (code: string, esModules: boolean): string =>
  createInstrumenter({ esModules, compact: false }).instrumentSync(code, file);

describe("one function has one text, whatever compiled it:", () => {
  test.each<[tool: string, run: () => string | Promise<string>]>([
    ["esbuild", () => runModule(esbuild(source, { loader: "ts", target }).code)],
    ["esbuild, CommonJS", () => runScript(esbuild(source, { loader: "ts", target, format: "cjs" }).code)],
    ["esbuild, names kept", () => runModule(esbuild(source, { loader: "ts", target, keepNames: true }).code)],
    [
      "esbuild, without white space",
      () => runModule(esbuild(source, { loader: "ts", target, keepNames: true, minifyWhitespace: true }).code),
    ],
    ["esbuild, characters beyond ASCII kept", () => runModule(esbuild(source, { loader: "ts", charset: "utf8" }).code)],
    ["swc", () => runModule(withSwc("es6"))],
    ["swc, CommonJS", () => runScript(withSwc("commonjs"))],
    ["TypeScript 5.9", () => runModule(typescript(ts.ModuleKind.ESNext))],
    ["TypeScript 5.9, CommonJS", () => runScript(typescript(ts.ModuleKind.CommonJS))],
    ["Node's type stripping", () => runModule(strip(source, { mode: "strip-only" }).code)],
    ["Vite", async () => runModule((await transformWithEsbuild(source, file)).code)],
    ["coverage of esbuild's output", () => runModule(covered(esbuild(source, { loader: "ts", target }).code, true))],
    ["coverage of tsc's output", () => runScript(covered(typescript(ts.ModuleKind.CommonJS), false))],
    ["coverage of swc's output", () => runScript(covered(withSwc("commonjs"), false))],
  ])("%s", async (_tool, run) => {
    expect(await run()).toBe(expected);
  });
});

describe("and by the tools as users start them:", () => {
  const folder = mkdtempSync(join(tmpdir(), "canonical-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const print = join(folder, "print.ts");
  beforeAll(() => {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    writeFileSync(
      print,
      [
        `import * as language from ${JSON.stringify(join(root, "pipeline"))};`,
        `import { specText } from ${JSON.stringify(join(root, "pipeline/spec-text"))};`,
        `import { define } from ${JSON.stringify(file)};`,
        "process.stdout.write(specText(define(language) as language.Pipeline));",
      ].join("\n"),
    );
  });

  test("tsx", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", print], { cwd: root });
    expect(stdout).toBe(expected);
  });

  test("tsc, TypeScript 7", () => {
    const args = [
      "--ignoreConfig",
      "--module",
      "commonjs",
      "--target",
      "es2022",
      "--noCheck",
      "--outDir",
      folder,
      file,
    ];
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...args], { cwd: root });
    expect(runScript(readFileSync(join(folder, "test/pipeline/udf/fixture/pipeline.js"), "utf8"))).toBe(expected);
  });
});
