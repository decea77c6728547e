import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { describe, expect, test } from "vitest";
import { GcpStack } from "../../../constructs/core/stack";
import { CloudFunction } from "../../../constructs/functions/cloud-function";
import { FunctionSource } from "../../../constructs/functions/function-source";
import { Bucket } from "../../../constructs/storage/bucket";
import { Template } from "../../../constructs/testing/template";
import { aStack, anEncryptionKey, settings, templateOf } from "../support";
import { FOLDER, source } from "./examples";

const FUNCTION = "google_cloudfunctions2_function";
const ARCHIVE = /^process-order-[0-9a-f]{16}\.zip$/;
const common = { source, entryPoint: "processOrder", trigger: { http: "private" } } as const;

const made = () => templateOf((stack) => new CloudFunction(stack, "process-order", common));

describe("what a function is built with", () => {
  test("is one account, one repository and one bucket for all functions of a stack", () => {
    const template = templateOf((stack) => {
      new CloudFunction(stack, "one", common);
      new CloudFunction(stack, "two", common);
    });
    expect(Object.keys(template.allResources("google_service_account"))).toEqual([
      "build-test",
      "one-account",
      "two-account",
    ]);
    expect(template.resource("google_artifact_registry_repository.functions-test")).toMatchObject({
      cleanup_policies: [
        { action: "DELETE", condition: { older_than: "2592000s" } },
        { action: "KEEP", most_recent_versions: { keep_count: 3 } },
      ],
    });
    expect(template.resource("google_storage_bucket.functions-test")["name"]).toBe("acme-dev-functions-test");
  });

  test("may do what a build does, and nothing beside", () => {
    const template = made();
    const repository = template.allResources("google_artifact_registry_repository_iam_member");
    expect(repository).toEqual({
      "functions-test-artifactregistry-admin-functions-agent": expect.objectContaining({
        role: "roles/artifactregistry.admin",
        member: "${google_project_service_identity.functions.member}",
      }) as object,
      "functions-test-artifactregistry-writer-build-test": expect.objectContaining({
        role: "roles/artifactregistry.writer",
        member: "${google_service_account.build-test.member}",
      }) as object,
    });
    expect(template.allResources("google_project_iam_member")).toEqual({
      "project-logging-logWriter-build-test": expect.objectContaining({ role: "roles/logging.logWriter" }) as object,
      "project-storage-objectViewer-build-test-if-sources-of-functions": expect.objectContaining({
        role: "roles/storage.objectViewer",
        condition: {
          title: "sources of functions",
          expression: 'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")',
        },
      }) as object,
    });
    expect(template.resource("time_sleep.builds-by-build-test-into-functions-test")["depends_on"]).toHaveLength(4);
  });

  test("is there before: Cloud Build and Cloud Run are enabled as well", () => {
    const apis = Object.keys(made().allResources("google_project_service"));
    expect(apis).toEqual(expect.arrayContaining(["cloudbuild", "run", "cloudfunctions"]));
  });

  test("has a repository and a bucket of its own for a key of its own, which all that keep something of it may use", () => {
    const template = templateOf((stack) => {
      new CloudFunction(stack, "one", common);
      new CloudFunction(stack, "two", { ...common, encryptionKey: anEncryptionKey(stack) });
    });
    const encrypted = { kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own" };
    expect(template.resource("google_artifact_registry_repository.functions-test")).not.toMatchObject(encrypted);
    expect(template.resource("google_artifact_registry_repository.functions-test-own")).toMatchObject(encrypted);
    expect(template.resource("google_storage_bucket.functions-test-own")).toMatchObject({
      encryption: { default_kms_key_name: encrypted.kms_key_name },
    });
    const agents = Object.keys(template.allResources("google_kms_crypto_key_iam_member")).join(" ");
    for (const agent of ["functions", "run", "storage", "artifact-registry"])
      expect(agents).toContain(`${agent}-agent`);
  });

  test("is called after its stack, as short as an account's and a bucket's name have to be", () => {
    const stack = aStack({}, "a-stack-with-quite-a-long-name-indeed");
    new CloudFunction(stack, "process-order", common);
    const template = Template.fromStack(stack);
    const [account] = Object.keys(template.allResources("google_service_account"));
    expect(account).toMatch(/^build-a-stack-with-quit-[0-9a-f]{6}$/);
    const [bucket] = Object.values(template.allResources("google_storage_bucket"));
    expect(bucket?.["name"]).toMatch(/^acme-dev-functions-a-s-[0-9a-f]{6}$/);
  });
});

describe("a source", () => {
  test("is uploaded under its content's name, from a place that stays", () => {
    const object = made().resource("google_storage_bucket_object.functions-test-process-order-zip");
    expect(object).toEqual({
      bucket: "${google_storage_bucket.functions-test.name}",
      name: expect.stringMatching(ARCHIVE) as string,
      source: "${path.module}/assets/functionprocess-order/source/process-order.zip",
      content_type: "application/zip",
      depends_on: ["time_sleep.apis"],
    });
  });

  test("lies beside the stack once that is synthesized", () => {
    const outdir = mkdtempSync(join(tmpdir(), "app-"));
    const app = new App({ outdir, stackTraces: false });
    const stack = new GcpStack(app, "orders", settings);
    new CloudFunction(stack, "process-order", common);
    app.synth();
    const file = join(outdir, "stacks/orders/assets/functionprocess-order/source/process-order.zip");
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file).subarray(0, 2).toString()).toBe("PK");
    rmSync(outdir, { recursive: true });
  });

  test("is told to the local cloud, which runs the folder", () => {
    const stack = aStack();
    new CloudFunction(stack, "process-order", {
      ...common,
      source: FunctionSource.fromFolder(FOLDER, { main: "index.ts" }),
    });
    expect(Template.fromStack(stack).journey["functions"]).toEqual({
      "google_cloudfunctions2_function.process-order": {
        folder: FOLDER,
        main: "index.ts",
        entryPoint: "processOrder",
        signature: "http",
        source: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      },
    });
  });

  test("of a package is where that is installed", () => {
    const stack = aStack();
    new CloudFunction(stack, "process-order", {
      ...common,
      source: FunctionSource.fromFolder(FOLDER, { package: "data-journey" }),
    });
    expect(Template.fromStack(stack).journey["functions"]).toMatchObject({
      "google_cloudfunctions2_function.process-order": { folder: FOLDER, package: "data-journey", main: "index" },
    });
  });

  test("that somebody else uploaded is taken as it is, in any language", () => {
    const stack = aStack();
    const archive = FunctionSource.fromArchive(Bucket.fromName(stack, "ours", { name: "acme-builds" }), "v1.zip");
    new CloudFunction(stack, "process-order", { ...common, source: archive, runtime: "python312" });
    const template = Template.fromStack(stack);
    expect(template.resource(`${FUNCTION}.process-order`)).toMatchObject({
      build_config: { runtime: "python312", source: { storage_source: { bucket: "acme-builds", object: "v1.zip" } } },
    });
    expect(template.allResources("google_storage_bucket")).toEqual({});
    expect(template.journey).not.toHaveProperty("functions");
  });
});
