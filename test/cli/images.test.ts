import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { repositoryOf } from "../../cli/images/wanted";
import { run } from "../../cli/program";
import { type AppFixture, appFixture } from "./app-fixture";
import { testIo } from "./support";

const registry = "europe-west1-docker.pkg.dev/acme-dev/journey";
const digest = `sha256:${"ab".repeat(32)}`;
let app: AppFixture;

/** A program on the PATH that notes how it was called, and answers with `script`. */
function tool(name: string, script: string): void {
  app.file(`bin/${name}`, `#!/bin/sh\necho "${name} $*" >> "${join(app.folder, "calls")}"\n${script}\n`, 0o755);
}
const docker = `case "$1" in
  build) for context; do :; done; ls "$context" | sort | tr '\\n' ' ' >> "$(dirname "$0")/../calls" ;;
  image) echo '["elsewhere/proxy@sha256:00","${registry}/proxy@${digest}"]' ;;
esac`;

async function push(...words: string[]) {
  // Nothing but the folder's own tools, and a shell's.
  const path = `${join(app.folder, "bin")}:/usr/bin:/bin`;
  const io = testIo({ cwd: app.folder, environment: { ...process.env, PATH: path, DEBUG: undefined } });
  const code = await run(["images", "push", ...words], io);
  const calls = join(app.folder, "calls");
  return {
    code,
    out: io.stdout(),
    err: io.stderr(),
    calls: existsSync(calls) ? readFileSync(calls, "utf8") : "",
    lock: existsSync(join(app.folder, "images.lock.json"))
      ? (JSON.parse(readFileSync(join(app.folder, "images.lock.json"), "utf8")) as unknown)
      : undefined,
  };
}

beforeEach(() => {
  const images = {
    [`${registry}/proxy:0123abcd`]: { name: "proxy", folder: "images/proxy", source: "0123abcd" },
    [`${registry}/beam:99`]: { name: "beam", folder: "images/beam", source: "99" },
  };
  const stack = { provider: { google: [{ project: "acme-dev" }] }, "//": { journey: { images } } };
  app = appFixture({ "clicks-dev": stack, "clicks-test": stack });
  // The app's own node, wherever it is.
  app.file("cdktf.json", JSON.stringify({ app: `"${process.execPath}" app.cjs` }));
  app.file("images/proxy/package.json", JSON.stringify({ name: "proxy", main: "./main" }));
  app.file("images/proxy/main.ts", "console.log(1 as number);");
  app.file("images/proxy/Dockerfile", "FROM node:24-slim\n");
  app.file("images/beam/package.json", JSON.stringify({ name: "beam", main: "./main" }));
});
afterEach(() => app.remove());

describe("with Docker", () => {
  test("an image is bundled, built for the cloud's machines and pushed, and its digest goes into the lock", async () => {
    tool("docker", docker);
    const { calls, code, err, lock } = await push();
    expect(code).toBe(0);
    expect(calls.replace(/\/\S+\/journey-proxy-\S+/, "<context>")).toBe(
      [
        "docker version --format {{.Server.Version}}",
        `docker build --platform linux/amd64 --tag ${registry}/proxy:0123abcd <context>`,
        `Dockerfile main.js package.json docker push ${registry}/proxy:0123abcd`,
        `docker image inspect --format {{json .RepoDigests}} ${registry}/proxy:0123abcd`,
        "",
      ].join("\n"),
    );
    expect(lock).toEqual({ [`${registry}/proxy`]: { source: "0123abcd", digest } });
    expect(err).toContain(`proxy: pushed as ${registry}/proxy@${digest}`);
  });

  test("an image whose code is not there yet is named, and does not keep the others back", async () => {
    tool("docker", docker);
    expect((await push()).err).toContain("beam: its code is not there yet (images/beam has no Dockerfile)");
  });

  test("what is pushed already is not built again", async () => {
    tool("docker", docker);
    app.file("images.lock.json", JSON.stringify({ [`${registry}/proxy`]: { source: "0123abcd", digest } }));
    const { calls, err } = await push();
    expect(calls).toBe("");
    expect(err).toContain(`proxy: ${registry}/proxy:0123abcd is there already`);
  });

  test("a build that fails ends with 1, its words, and the lock as it was", async () => {
    tool("docker", 'if [ "$1" = build ]; then echo "no space left on device" >&2; exit 17; fi');
    const { code, err, lock } = await push();
    expect(code).toBe(1);
    expect(err).toContain("no space left on device");
    expect(err).toMatch(/This failed with 17: docker build --platform linux\/amd64/);
    expect(lock).toBeUndefined();
  });
});

test("without Docker, Cloud Build builds, in the project of the registry", async () => {
  tool("docker", "exit 1");
  tool("gcloud", `case "$1" in artifacts) echo ${digest} ;; esac`);
  const { calls, code, lock } = await push();
  expect(code).toBe(0);
  expect(calls).toMatch(
    /gcloud builds submit \S+ --tag europe-west1-docker\.pkg\.dev\/acme-dev\/journey\/proxy:0123abcd --project acme-dev --quiet/,
  );
  expect(lock).toEqual({ [`${registry}/proxy`]: { source: "0123abcd", digest } });
});

test("without either, it says what to install", async () => {
  tool("docker", "exit 1");
  tool("gcloud", "exit 1");
  const { code, err } = await push();
  expect(code).toBe(1);
  expect(err).toContain("Neither Docker nor gcloud is here");
});

test("a dry run shows the commands and runs none of them", async () => {
  tool("docker", docker);
  const { calls, code, lock, out } = await push("--dry-run");
  expect({ code, lock }).toEqual({ code: 0, lock: undefined });
  expect(calls).toBe("docker version --format {{.Server.Version}}\n");
  expect(out).toBe(
    `docker build --platform linux/amd64 --tag ${registry}/proxy:0123abcd '<proxy: main.js, package.json, Dockerfile>'\n` +
      `docker push ${registry}/proxy:0123abcd\n`,
  );
});

test("a registry that no stack names is answered with those that they do", async () => {
  tool("docker", docker);
  const { code, err } = await push("--registry", "docker.io/acme");
  expect(code).toBe(2);
  expect(err).toContain(`No stack has an image in docker.io/acme: they have ${registry}`);
});

test.each([
  ["localhost:5000/a/proxy:1", "localhost:5000/a/proxy"],
  [`${registry}/proxy@${digest}`, `${registry}/proxy`],
  [`localhost:5000/proxy`, `localhost:5000/proxy`],
])("%s is in the repository %s", (reference, repository) => {
  expect(repositoryOf(reference)).toBe(repository);
});
