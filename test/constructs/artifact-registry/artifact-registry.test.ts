import { Testing } from "cdktf";
import { expect, test } from "vitest";
import { ArtifactRegistry } from "../../../constructs/artifact-registry/artifact-registry";
import { RegistryStack } from "../../../constructs/artifact-registry/registry-stack";
import { Site } from "../../../constructs/core/site";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, settings, templateOf } from "../support";

test("a repository of which nothing is said keeps what it is given", () => {
  const template = templateOf((stack) => new ArtifactRegistry(stack, "images"));
  expect(template.resource("google_artifact_registry_repository.images")).toEqual({
    repository_id: "images",
    location: "europe-west1",
    format: "DOCKER",
    depends_on: ["time_sleep.apis"],
  });
});

test("a repository of which all is said", () => {
  const template = templateOf((stack) => {
    new ArtifactRegistry(stack, "registry", { name: "images", description: "ours", deleteUntaggedAfter: "30d" });
  });
  expect(template.resource("google_artifact_registry_repository.images")).toMatchObject({
    description: "ours",
    cleanup_policies: [
      { id: "untagged", action: "DELETE", condition: { tag_state: "UNTAGGED", older_than: "2592000s" } },
    ],
  });
});

test("a repository's name and times have limits", () => {
  expect(
    messageOf(() => new ArtifactRegistry(aStack(), "images", { name: "My_Images", deleteUntaggedAfter: "1h" })),
  ).toMatch(
    /2 options are not valid\n.*name is "My_Images"[^]*deleteUntaggedAfter is "1h": Artifact Registry takes 1d/,
  );
});

test("who may pull and push is granted on the repository", () => {
  const template = templateOf((stack) => {
    const images = new ArtifactRegistry(stack, "images");
    const builder = new ServiceAccount(stack, "builder");
    images.grantRead(builder);
    images.grantWrite(builder);
  });
  expect(template.allResources("google_artifact_registry_repository_iam_member")).toMatchObject({
    "images-artifactregistry-reader-builder": {
      repository: "${google_artifact_registry_repository.images.repository_id}",
      project: "acme-dev",
    },
    "images-artifactregistry-writer-builder": { role: "roles/artifactregistry.writer" },
  });
});

test("an image's reference names its repository, where that is one of Artifact Registry's", () => {
  const template = templateOf((stack) => {
    const worker = new ServiceAccount(stack, "worker");
    ArtifactRegistry.ofImage(stack, "ours", "us-docker.pkg.dev/acme-dev/images/a:1")?.grantRead(worker);
    ArtifactRegistry.ofImage(stack, "theirs", "us-docker.pkg.dev/acme-build/images/a:1")?.grantRead(worker);
    expect(ArtifactRegistry.ofImage(stack, "gcr", "gcr.io/acme-build/a")).toBeUndefined();
  });
  expect(template.allResources("google_artifact_registry_repository_iam_member")).toMatchObject({
    "images-artifactregistry-reader-worker": { project: "acme-dev", location: "us" },
    "acme-build-images-artifactregistry-reader-worker": { project: "acme-build" },
  });
});

test("the registry's stack makes the repository that other stacks of the stage pull from", () => {
  for (const prefix of [undefined, "alice"]) {
    const stack = new RegistryStack(Testing.app(), "registry-dev", { ...settings, prefix });
    expect(stack.registry.url).toBe(Site.of(aStack({ prefix })).settings.registry);
    expect(Template.fromStack(stack).addresses).toEqual([
      "google_artifact_registry_repository.data-journey",
      "google_project_service.artifactregistry",
      "time_sleep.apis",
    ]);
  }
});
