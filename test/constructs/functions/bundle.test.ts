import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bundleFunction, UnusableSource, type BundleRequest } from "../../../constructs/functions/bundle";
import { zip } from "../../../constructs/functions/zip";
import { processOrder } from "./fixtures/orders";
import { FOLDER } from "./examples";

const request: BundleRequest = {
  folder: resolve(FOLDER),
  main: "index",
  files: [],
  entryPoint: "processOrder",
  runtime: "nodejs24",
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "function-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A folder with these files. */
function folderOf(files: { readonly [name: string]: string }): string {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

/** What is in an archive, as a program that others wrote reads it. */
function unpacked(archive: Uint8Array): string {
  const file = join(folder, "function.zip");
  const to = join(folder, "unpacked");
  writeFileSync(file, archive);
  execFileSync("unzip", ["-q", file, "-d", to]);
  return to;
}

const refusalOf = (more: Partial<BundleRequest>): string => {
  try {
    bundleFunction({ ...request, ...more });
  } catch (error) {
    if (error instanceof UnusableSource) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("an archive", () => {
  test("is what others unpack", () => {
    const to = unpacked(
      zip([
        { name: "b/ü.txt", bytes: Buffer.from("later") },
        { name: "a.txt", bytes: Buffer.from("first") },
        { name: "empty", bytes: Buffer.alloc(0) },
      ]),
    );
    expect(readFileSync(join(to, "a.txt"), "utf8")).toBe("first");
    expect(readFileSync(join(to, "b/ü.txt"), "utf8")).toBe("later");
    expect(readFileSync(join(to, "empty"), "utf8")).toBe("");
  });

  test("is sorted, of one date and mode, and not packed: byte by byte", () => {
    const bytes = Buffer.from("hello");
    // Version 2.0, UTF-8, stored, midnight, 1 January 1980, checksum, both sizes, length of the name, no extra field.
    const facts = "1400 0008 0000 0000 2100 86a61036 05000000 05000000 0100 0000";
    expect(Buffer.from(zip([{ name: "a", bytes }])).toString("hex")).toBe(
      `504b0304 ${facts} 61 68656c6c6f
         504b0102 1403 ${facts} 0000 0000 0000 0000a481 00000000 61
         504b0506 0000 0000 0100 0100 2f000000 24000000 0000`.replaceAll(/\s/g, ""),
    );
    const files = ["b", "a", "c"].map((name) => ({ name, bytes }));
    expect(zip(files)).toEqual(zip(files.toReversed()));
  });
});

describe("a folder", () => {
  test("becomes one file that does as the folder does, with a package.json that names it", () => {
    const to = unpacked(bundleFunction(request).archive);
    const said: string[] = [];
    const response = { end: (text: string) => void said.push(text) };
    const made = createRequire(__filename)(to) as { readonly processOrder: typeof processOrder };
    made.processOrder(undefined, response);
    processOrder(undefined, response);
    expect(said).toEqual(["${not.terraform}", "${not.terraform}"]);
    expect(Object.keys(made)).toEqual(["processOrder"]);
    expect(readFileSync(join(to, "package.json"), "utf8")).toBe('{"private":true,"main":"index.js"}\n');
  });

  test("is the same bytes wherever and whenever it is bundled", () => {
    const here = bundleFunction(request);
    cpSync(request.folder, join(folder, "elsewhere"), { recursive: true });
    utimesSync(join(folder, "elsewhere/index.ts"), 0, 0);
    const there = bundleFunction({ ...request, folder: join(folder, "elsewhere") });
    expect(there).toEqual(here);
    expect(here.hash).toMatch(/^[0-9a-f]{16}$/);
  });

  test("has another hash when anything of it changes", () => {
    const { hash } = bundleFunction(request);
    const main = { main: "index.js", entryPoint: "f" };
    const one = bundleFunction({ ...request, ...main, folder: folderOf({ "index.js": "export const f = 1;" }) });
    const two = bundleFunction({ ...request, ...main, folder: folderOf({ "index.js": "export const f = 2;" }) });
    expect(new Set([hash, one.hash, two.hash]).size).toBe(3);
    expect(bundleFunction({ ...request, files: ["prices.json"] }).hash).not.toBe(hash);
  });

  test("has what it imports from packages within, and nothing of Node.js", () => {
    const made = bundleFunction({
      ...request,
      folder: folderOf({
        "index.ts":
          'import { join } from "node:path"; import { two } from "two"; export const f = () => join("a", two);',
        "node_modules/two/package.json": '{"main": "main.js"}',
        "node_modules/two/main.js": 'exports.two = "2";',
      }),
      entryPoint: "f",
    });
    const to = unpacked(made.archive);
    rmSync(join(folder, "node_modules"), { recursive: true });
    expect((createRequire(__filename)(to) as { readonly f: () => string }).f()).toBe("a/2");
  });

  test("is written for the runtime's version of Node.js", () => {
    const files = { "index.ts": "export const f = (a: { b?: number }) => a?.b;" };
    const text = (runtime: string) =>
      Buffer.from(bundleFunction({ ...request, folder: folderOf(files), entryPoint: "f", runtime }).archive).toString();
    expect(text("nodejs24")).toContain("a?.b");
    expect(text("nodejs12")).not.toContain("a?.b");
  });

  test("has files beside it that are read as it runs", () => {
    const { archive } = bundleFunction({ ...request, files: ["prices.json", "./greeting.ts"] });
    const to = unpacked(archive);
    expect(readFileSync(join(to, "prices.json"), "utf8")).toBe(readFileSync(join(FOLDER, "prices.json"), "utf8"));
    expect(readFileSync(join(to, "greeting.ts"), "utf8")).toContain("greeting");
  });
});

test.each<[Partial<BundleRequest>, string]>([
  [
    { entryPoint: "processOrders" },
    `entryPoint is "processOrders", which ${FOLDER}/index does not export: it exports processOrder`,
  ],
  [
    { runtime: "python312" },
    'runtime is "python312": a folder is bundled for Node.js. Upload an archive yourself: FunctionSource.fromArchive',
  ],
  [{ folder: resolve("nowhere") }, "source is the folder nowhere, which there is not"],
  [{ main: "none" }, `source ${FOLDER} cannot be bundled: function.js:1: Could not resolve "`],
  [{ files: ["none.json"] }, `source.files has "none.json", which is no file of ${FOLDER}`],
  [{ files: ["."] }, `source.files has ".", which is no file of ${FOLDER}`],
  [
    { files: ["../../examples.ts"] },
    'source.files has "../../examples.ts": files are of the folder, and not index.js or package.json',
  ],
  [{ files: ["index.js"] }, 'source.files has "index.js": files are of the folder, and not index.js or package.json'],
])("a folder is no source with %j", (more, says) => {
  expect(refusalOf(more)).toContain(says);
});

test("a folder that exports nothing, or cannot be read, says so", () => {
  folderOf({ "index.ts": "const a = 1;\nconst = 2;\n", "nothing.ts": "const a = 1;\n" });
  expect(refusalOf({ folder })).toMatch(/^source .* cannot be bundled: index\.ts:2: Expected identifier/);
  expect(refusalOf({ folder, main: "nothing" })).toMatch(/nothing does not export: it exports nothing$/);
});

test("a function is exported and not registered: the runtime has a framework of its own", () => {
  folderOf({
    "index.ts": 'import { http } from "@google-cloud/functions-framework"; http("f", () => {}); export const f = 1;',
    "node_modules/@google-cloud/functions-framework/package.json": '{"main": "main.js"}',
    "node_modules/@google-cloud/functions-framework/main.js": "exports.http = () => {};",
  });
  expect(refusalOf({ folder, entryPoint: "f" })).toMatch(
    /uses @google-cloud\/functions-framework, of which the runtime has its own: export the function, and register nothing$/,
  );
});
