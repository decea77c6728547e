import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bundle } from "../../../local/images/bundle";
import { prepareContext } from "../../../local/images/context";
import { locateImage } from "../../../local/images/folder";
import { fixtures } from "../support/cloud";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "journey-test-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A folder of an image, from its files' texts. */
function image(name: string, files: { readonly [file: string]: string | object }): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(folder, file), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}
const run = (main: string, env: { readonly [name: string]: string } = {}): string =>
  execFileSync(process.execPath, [main], { encoding: "utf8", env });

describe("an image's folder is found", () => {
  test("in the app", () => {
    expect(locateImage({ folder: "echo" }, fixtures)).toBe(join(fixtures, "echo"));
    expect(() => locateImage({ folder: "nowhere" }, fixtures)).toThrow("the image's folder nowhere is not in");
  });

  test("in a package that the app has installed, as its entries allow", () => {
    const installed = join(root, "node_modules", "some-images");
    mkdirSync(installed, { recursive: true });
    writeFileSync(
      join(installed, "package.json"),
      JSON.stringify({ name: "some-images", exports: { "./package.json": "./package.json" } }),
    );
    const folder = image("node_modules/some-images/dist/proxy", { "package.json": { main: "main" } });
    expect(locateImage({ folder: "dist/proxy", package: "some-images" }, root)).toBe(folder);
    expect(() => locateImage({ folder: "dist/proxy", package: "other-images" }, root)).toThrow(
      "the package other-images is not installed",
    );
  });

  test("in this very package, where the app is the package", () => {
    expect(locateImage({ folder: "pipeline-images/ingest-proxy", package: "data-journey" }, root)).toBe(
      join(__dirname, "../../../pipeline-images/ingest-proxy"),
    );
  });
});

describe("a bundle", () => {
  test("is one file that runs alone, made of TypeScript or of JavaScript", async () => {
    const typed = image("typed", {
      "package.json": { name: "typed", main: "./main" },
      "main.ts": 'import { word } from "./word";\nconst said: string = word;\nconsole.log(said);',
      "word.ts": 'export const word: string = "typed";',
    });
    const plain = image("plain", {
      "package.json": { name: "plain", main: "./main.js" },
      "main.js": 'const { word } = require("./word");\nconsole.log(word);',
      "word.js": 'exports.word = "plain";',
    });
    for (const [folder, word] of [
      [typed, "typed"],
      [plain, "plain"],
    ] as const) {
      const { main } = await bundle(folder, join(root, "cache"));
      expect(run(main)).toBe(`${word}\n`);
    }
  });

  test("is kept under the hash of its content: the same for the same sources, another when they change", async () => {
    const sources = { "package.json": { main: "./main" }, "main.ts": 'console.log("one");' };
    const cache = join(root, "cache");
    const first = await bundle(image("proxy", sources), cache);
    expect(await bundle(image("proxy", sources), cache)).toEqual(first);
    const changed = await bundle(image("proxy", { ...sources, "main.ts": 'console.log("two");' }), cache);
    expect(changed.hash).not.toBe(first.hash);
    expect(run(first.main)).toBe("one\n");
    expect(readdirSync(cache).toSorted()).toEqual([first.hash, changed.hash].toSorted());
  });

  test("made by two at once is made once", async () => {
    const folder = image("proxy", { "package.json": { main: "./main" }, "main.ts": "console.log(1);" });
    const cache = join(root, "cache");
    const [one, two] = await Promise.all([bundle(folder, cache), bundle(folder, cache)]);
    expect(one).toEqual(two);
    expect(readdirSync(cache)).toEqual([one.hash]);
  });

  test("leaves out what package.json calls external", async () => {
    const folder = image("native", {
      "package.json": { main: "./main", journey: { external: ["some-native"] } },
      "main.ts": 'console.log(require("some-native"));',
    });
    const { main, external } = await bundle(folder, join(root, "cache"));
    expect(external).toEqual(["some-native"]);
    const modules = join(root, "modules", "some-native");
    mkdirSync(modules, { recursive: true });
    writeFileSync(join(modules, "index.js"), 'module.exports = "native";');
    expect(run(main, { NODE_PATH: join(root, "modules") })).toBe("native\n");
  });

  test("shows the sources' lines in its errors", async () => {
    const folder = image("failing", {
      "package.json": { main: "./main" },
      "main.ts": 'type Long = string;\nconst why: Long = "because";\nconsole.log(new Error(why).stack);',
    });
    const { main } = await bundle(folder, join(root, "cache"));
    const stack = execFileSync(process.execPath, ["--enable-source-maps", main], { encoding: "utf8" });
    expect(stack).toContain(`${folder}/main.ts:3:13`);
  });

  test("of sources with faults is refused with all of them, by line", async () => {
    const folder = image("faulty", {
      "package.json": { main: "./main" },
      "main.ts": 'import { a } from "./nothing";\nimport b from "no-such-package";\nconsole.log(a, b);',
    });
    await expect(bundle(folder, join(root, "cache"))).rejects.toThrow(
      /cannot be bundled\n {2}main\.ts:1: Could not resolve "\.\/nothing"\n {2}main\.ts:2: Could not resolve "no-such-package"/,
    );
    const none = image("none", { "package.json": { name: "none" } });
    await expect(bundle(none, join(root, "cache"))).rejects.toThrow('has no "main"');
  });
});

describe("what docker builds", () => {
  test("is the bundle, the Dockerfile, and a package.json of what is not bundled", async () => {
    const folder = image("proxy", {
      "package.json": {
        name: "@x/proxy",
        main: "./main",
        journey: { external: ["some-native"] },
        dependencies: { "some-native": "^2.0.0", bundled: "^1.0.0" },
        engines: { node: ">=20" },
      },
      "main.ts": 'console.log("runs");',
      "main.test.ts": "fails",
      Dockerfile: "FROM node:24-slim\n",
    });
    const out = join(root, "context");
    mkdirSync(out);
    writeFileSync(join(out, "left-over"), "");
    await prepareContext(folder, out);
    expect(readdirSync(out).toSorted()).toEqual(["Dockerfile", "main.js", "package.json"]);
    expect(run(join(out, "main.js"))).toBe("runs\n");
    expect(JSON.parse(readFileSync(join(out, "package.json"), "utf8"))).toEqual({
      name: "@x/proxy",
      private: true,
      main: "./main.js",
      dependencies: { "some-native": "^2.0.0" },
      engines: { node: ">=20" },
    });
  });

  test("is the same wherever the folder stands, so that a digest says something", async () => {
    const files = { "package.json": { main: "./main" }, "main.ts": 'console.log("x");', Dockerfile: "FROM x\n" };
    const outs = await Promise.all(
      ["a/proxy", "b/c/proxy"].map(async (place, index) => {
        const out = join(root, `out-${index}`);
        await prepareContext(image(place, files), out);
        return readFileSync(join(out, "main.js"), "utf8");
      }),
    );
    expect(outs[0]).toBe(outs[1]);
    expect(outs[0]).not.toContain(root);
  });

  test("needs a Dockerfile", async () => {
    const folder = image("none", { "package.json": { main: "./main" }, "main.ts": "" });
    await expect(prepareContext(folder, join(root, "out"))).rejects.toThrow("has no Dockerfile");
  });

  test("is found through a link as well", async () => {
    const folder = image("real", { "package.json": { main: "./main" }, "main.ts": "console.log(1);", Dockerfile: "" });
    symlinkSync(folder, join(root, "link"));
    await prepareContext(join(root, "link"), join(root, "out"));
    expect(run(join(root, "out", "main.js"))).toBe("1\n");
  });
});
