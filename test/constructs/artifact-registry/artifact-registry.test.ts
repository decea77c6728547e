import { TerraformOutput, Testing } from "cdktf";
import { expect, test } from "vitest";
import { ArtifactRegistry, type ArtifactRegistryProps } from "../../../constructs/artifact-registry/artifact-registry";
import { RegistryStack } from "../../../constructs/artifact-registry/registry-stack";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../../constructs/core/image";
import { Site } from "../../../constructs/core/site";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, settings, templateOf } from "../support";
import { examples } from "./examples";

test("a repository of which nothing is said keeps what it is given", () => {
  const template = templateOf(examples.ArtifactRegistry.minimal);
  expect(template.resource("google_artifact_registry_repository.images")).toEqual({
    repository_id: "images",
    location: "europe-west1",
    format: "DOCKER",
    depends_on: ["time_sleep.apis"],
  });
});

test("a repository of which all is said", () => {
  const template = templateOf(examples.ArtifactRegistry.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_artifact_registry_repository.images")).toEqual({
    repository_id: "alice-images",
    location: "europe-west1",
    format: "DOCKER",
    description: "ours",
    labels: { team: "growth" },
    kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    docker_config: { immutable_tags: true },
    cleanup_policies: [
      { id: "untagged", action: "DELETE", condition: { tag_state: "UNTAGGED", older_than: "2592000s" } },
      { id: "old", action: "DELETE", condition: { tag_state: "ANY", older_than: "31536000s" } },
      { id: "recent", action: "KEEP", most_recent_versions: { keep_count: 10 } },
      { id: "tags", action: "KEEP", condition: { tag_state: "TAGGED", tag_prefixes: ["release-"] } },
    ],
    cleanup_policy_dry_run: true,
    vulnerability_scanning_config: { enablement_config: "DISABLED" },
    timeouts: { create: "10m" },
    lifecycle: { prevent_destroy: true },
    depends_on: ["time_sleep.apis", "time_sleep.encryption-own-by-artifact-registry"],
  });
});

test("what is old is deleted and what is untagged stays, where only that is said", () => {
  const template = templateOf((stack) => {
    new ArtifactRegistry(stack, "images", {
      deleteOld: { after: "30d", keepRecent: 3 },
      scanning: "as the project says",
    });
  });
  expect(template.resource("google_artifact_registry_repository.images")).toMatchObject({
    cleanup_policies: [
      { id: "old", action: "DELETE" },
      { id: "recent", action: "KEEP" },
    ],
    vulnerability_scanning_config: { enablement_config: "INHERITED" },
  });
});

test("packages have a repository of their format, at its address", () => {
  const stack = aStack();
  const packages = new ArtifactRegistry(stack, "packages", { format: "npm", immutableTags: false });
  expect(packages.url).toBe("europe-west1-npm.pkg.dev/acme-dev/packages");
  expect(Template.fromStack(stack).resource("google_artifact_registry_repository.packages")).toMatchObject({
    format: "NPM",
  });
});

test.each<[ArtifactRegistryProps, string]>([
  [{ name: "My_Images" }, 'name is "My_Images": Artifact Registry takes 1 to 63 lower-case letters'],
  [{ deleteUntaggedAfter: "1h" }, 'deleteUntaggedAfter is "1h": Artifact Registry takes 1d to 3650d'],
  [{ deleteOld: { after: "1h", keepRecent: 1 } }, 'deleteOld.after is "1h": Artifact Registry takes 1d to 3650d'],
  [{ deleteOld: { after: "9d", keepRecent: 0 } }, "deleteOld.keepRecent is 0: Artifact Registry takes 1 to 1000"],
  [{ cleanupDryRun: true }, "cleanupDryRun is true, but nothing would be deleted: give deleteUntaggedAfter"],
  [{ immutableTags: true, format: "npm" }, 'immutableTags is true in a repository of format "npm": only images'],
])("a repository with %j is not valid", (props, says) => {
  expect(messageOf(() => new ArtifactRegistry(aStack(), "images", props))).toContain(says);
});

test("who runs from a repository waits for the right to read it", () => {
  const template = templateOf((stack) => {
    const service = new CloudRunService(stack, "service", {
      image: ContainerImage.fromRegistry("europe-west1-docker.pkg.dev/acme-dev/images/hello:1"),
    });
    ArtifactRegistry.fromName(stack, "images", { name: "images" }).grantRead(service.identity);
  });
  expect(template.resource("google_cloud_run_v2_service.service")["depends_on"]).toContain(
    "google_artifact_registry_repository_iam_member.images-artifactregistry-reader-service",
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

test("a repository's path is a reference in its stack, and text for one that is there already", () => {
  const stack = aStack();
  const theirs = ArtifactRegistry.fromName(stack, "theirs", { name: "images", project: "acme-build", region: "us" });
  expect(theirs).toMatchObject({
    path: "projects/acme-build/locations/us/repositories/images",
    url: "us-docker.pkg.dev/acme-build/images",
    project: "acme-build",
  });
  const ours = ArtifactRegistry.fromName(stack, "ours", { name: "images" });
  expect(ours.path).toBe("projects/acme-dev/locations/europe-west1/repositories/images");
  const made = new ArtifactRegistry(stack, "images");
  new TerraformOutput(stack, "path", { value: made.path });
  expect(Testing.synth(stack)).toContain("${google_artifact_registry_repository.images.id}");
});

test("what somebody else grants is listed and not made", () => {
  const template = templateOf((stack) => {
    ArtifactRegistry.fromName(stack, "theirs", { name: "images", grants: "assume" }).grantRead(
      new ServiceAccount(stack, "worker"),
    );
  });
  expect(template.allResources("google_artifact_registry_repository_iam_member")).toEqual({});
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
