import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hashOf, packageRoot } from "../../../constructs/core/image-folder";
import { ContainerImage } from "../../../constructs/core/image";
import { readLock } from "../../../constructs/core/image-lock";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, warningsOf } from "../support";

let folder: string;
const home = process.cwd();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "image-"));
  process.chdir(folder);
  write("hello/package.json", '{ "name": "hello", "main": "./main" }');
  write("hello/main.ts", "export {};");
});

afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const hash = (...paths: string[]): string =>
  hashOf(
    paths.map((path) => join(folder, path)),
    new Map(),
  );

test("the hash of a folder changes with what is built from it, and with nothing else", () => {
  const before = hash("hello");
  for (const path of ["README.md", ".env", "node_modules/x/index.js", "test/main.ts", "main.test.ts", "main.d.ts"]) {
    write(join("hello", path), "something");
  }
  expect(hash("hello")).toBe(before);
  write("hello/main.ts", "export const changed = true;");
  const changed = hash("hello");
  expect(changed).not.toBe(before);
  write("hello/lib/a.ts", "");
  expect(hash("hello")).not.toBe(changed);
});

test("the hash tells a name from a content, and one folder from another", () => {
  write("one/ab", "c");
  write("other/a", "bc");
  expect(hash("one")).not.toBe(hash("other"));
  expect(hash("one", "other")).not.toBe(hash("other", "one"));
});

test("the hash does not depend on where the folder is", () => {
  write("moved/hello/package.json", '{ "name": "hello", "main": "./main" }');
  write("moved/hello/main.ts", "export {};");
  expect(hash("moved/hello")).toBe(hash("hello"));
});

test("an image that was never pushed is named by its content, with a warning", () => {
  const stack = aStack();
  const source = hash("hello");
  const reference = ContainerImage.fromFolder("hello").bind(stack);
  expect(reference).toBe(`europe-west1-docker.pkg.dev/acme-dev/data-journey/hello:${source}`);
  expect(warningsOf(stack)).toEqual([
    "test: image hello was never pushed to europe-west1-docker.pkg.dev/acme-dev/data-journey: run `journey images push` before you deploy",
  ]);
  expect(Template.fromStack(stack).journey["images"]).toEqual({
    [reference]: { name: "hello", folder: "hello", source },
  });
});

test("an image whose content was pushed is named by its digest", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const repository = "europe-west1-docker.pkg.dev/acme-dev/data-journey/hello";
  write("images.lock.json", JSON.stringify({ [repository]: { source: hash("hello"), digest } }));
  const stack = aStack();
  expect(ContainerImage.fromFolder("hello").bind(stack)).toBe(`${repository}@${digest}`);
  expect(warningsOf(stack)).toEqual([]);
});

test("an image that changed since it was pushed is not the one that was pushed", () => {
  const repository = "europe-west1-docker.pkg.dev/acme-dev/data-journey/hello";
  write("images.lock.json", JSON.stringify({ [repository]: { source: "0".repeat(16), digest: "sha256:a" } }));
  const stack = aStack();
  expect(ContainerImage.fromFolder("hello").bind(stack)).toBe(`${repository}:${hash("hello")}`);
  expect(warningsOf(stack)[0]).toContain("image hello has changed since it was pushed");
});

test("what was pushed to one registry is not in another", () => {
  const repository = "europe-west1-docker.pkg.dev/acme-dev/data-journey/hello";
  write("images.lock.json", JSON.stringify({ [repository]: { source: hash("hello"), digest: "sha256:a" } }));
  const stack = aStack({ registry: "us-docker.pkg.dev/other/images" });
  expect(ContainerImage.fromFolder("hello").bind(stack)).toMatch(/^us-docker\.pkg\.dev\/other\/images\/hello:/);
});

test.each(["shared", "shared/a.ts"])("what else an image is built from changes it: %s", (from) => {
  write("shared/a.ts", "1");
  const image = ContainerImage.fromFolder("hello", { builtFrom: [from] });
  const before = image.bind(aStack());
  write("shared/a.ts", "2");
  expect(image.bind(aStack())).not.toBe(before);
});

test("an image that a package ships is found from the package, wherever that is installed", () => {
  write("node_modules/kit/package.json", '{ "name": "kit" }');
  write("node_modules/kit/dist/images/tool/package.json", '{ "name": "tool", "main": "./main" }');
  const stack = aStack();
  const path = join(folder, "node_modules/kit/dist/images/tool");
  const reference = ContainerImage.fromFolder(path, { name: "tool", package: "kit" }).bind(stack);
  expect(Template.fromStack(stack).journey["images"]).toMatchObject({
    [reference]: { name: "tool", folder: "dist/images/tool", package: "kit" },
  });
  expect(() => packageRoot(path, "other")).toThrow("is in no folder of the package other");
});

test("a folder that cannot be an image is named", () => {
  expect(messageOf(() => ContainerImage.fromFolder("nowhere").bind(aStack()))).toBe(
    `test: image nowhere: ${join(process.cwd(), "nowhere")} has no package.json, whose "main" is what runs`,
  );
});

test("a lock that is none is not read as one", () => {
  for (const content of ["[1]", '{"a": {"source": "x"}}', '{"a": {"source": "x", "digest": "latest"}}']) {
    write("images.lock.json", content);
    expect(() => readLock(join(folder, "images.lock.json"))).toThrow("is not a lock of images: delete it");
  }
  expect(readLock(join(folder, "none.json"))).toEqual({});
});

test("an image that is there is named as it is", () => {
  expect(ContainerImage.fromRegistry("gcr.io/a/b@sha256:c").bind(aStack())).toBe("gcr.io/a/b@sha256:c");
});
