import { App, TerraformStack, Testing } from "cdktf";
import { Construct } from "constructs";
import { expect, test } from "vitest";
import { GcpStack } from "../../../constructs/core/stack";
import { configureGcp, Site } from "../../../constructs/core/site";
import { Topic } from "../../../constructs/pubsub/topic";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, settings } from "../support";

/** The part of a synthesized stack that tests of constructs leave away. */
function synthesized(stack: TerraformStack): { readonly [block: string]: unknown } {
  return JSON.parse(Testing.synth(stack, true)) as { readonly [block: string]: unknown };
}

test("a stack has its provider with project, region and labels", () => {
  const { provider } = synthesized(aStack({ labels: { team: "growth" } }));
  expect(provider).toEqual({
    google: [{ project: "acme-dev", region: "europe-west1", default_labels: { team: "growth" } }],
  });
});

test("more options of the provider are passed on", () => {
  const { provider } = synthesized(aStack({ provider: { impersonateServiceAccount: "deployer@acme-dev.iam" } }));
  expect(provider).toMatchObject({ google: [{ impersonate_service_account: "deployer@acme-dev.iam" }] });
});

test("without anything from the second provider there is none: it is a download of its own", () => {
  const stack = aStack();
  new Topic(stack, "clicks");
  expect(Object.keys(synthesized(stack)["provider"] as object)).toEqual(["google", "time"]);
});

test("the state is beside cdktf.json, at a path that is the same on every machine", () => {
  expect(synthesized(aStack({}, "clicks-dev"))["terraform"]).toMatchObject({
    backend: { local: { path: "../../../terraform.clicks-dev.tfstate" } },
  });
});

test("the state can be in a bucket, below the stack's id", () => {
  const { terraform } = synthesized(aStack({ state: { bucket: "acme-state" } }, "clicks-dev"));
  expect(terraform).toMatchObject({ backend: { gcs: { bucket: "acme-state", prefix: "clicks-dev" } } });
});

test("all settings that are not valid are named at once", () => {
  const message = messageOf(() =>
    aStack({
      project: "Acme",
      region: "EU",
      projectNumber: "acme-dev",
      prefix: "-x",
      labels: { Team: "a" },
      encryptionKey: "projects/p/locations/us/keyRings/r/cryptoKeys/k",
      propagation: "5 minutes" as "5m",
    }),
  );
  expect(message).toBe(
    `test: 7 options are not valid
  project is "Acme": Google Cloud takes 6 to 30 lower-case letters, digits and hyphens, a letter first (https://cloud.google.com/resource-manager/docs/creating-managing-projects)
  region is "EU": Google Cloud has regions such as "europe-west1" (a multi-region such as "EU" is a location of single resources) (https://cloud.google.com/compute/docs/regions-zones)
  projectNumber is "acme-dev": Google Cloud numbers projects with digits (https://cloud.google.com/resource-manager/docs/creating-managing-projects)
  prefix is "-x": Google Cloud shall find in every name a word of at most 10 lower-case letters and digits (https://cloud.google.com/compute/docs/naming-resources)
  labels has Team: "a": Google Cloud takes at most 63 lower-case letters, digits, "_" and "-" each, a letter first in the name (https://cloud.google.com/resource-manager/docs/labels-overview)
  encryptionKey is in us and the stack in EU: what is encrypted needs a key where it is (https://cloud.google.com/kms/docs/cmek)
  propagation is "5 minutes": write a number and a unit, as in "30s", "10m", "7d" (https://cloud.google.com/iam/docs/access-change-propagation)`,
  );
});

test("a key is named in full", () => {
  expect(messageOf(() => aStack({ encryptionKey: "my-key" }))).toContain(
    'encryptionKey is "my-key": write projects/P/locations/europe-west1/keyRings/R/cryptoKeys/K',
  );
});

test("any stack of cdktf's can be configured, once", () => {
  const stack = new TerraformStack(Testing.app(), "plain");
  configureGcp(stack, settings);
  new Topic(stack, "clicks");
  expect(Template.fromStack(stack).addresses).toContain("google_pubsub_topic.clicks");
  expect(messageOf(() => configureGcp(stack, settings))).toBe("plain: has its Google Cloud settings already");
});

test("a construct outside of such a stack says what is missing", () => {
  const stack = new TerraformStack(Testing.app(), "plain");
  expect(messageOf(() => new Topic(stack, "clicks"))).toContain(
    "plain/clicks: no Google Cloud settings above: extend GcpStack, or call configureGcp(stack, { project, region, removal })",
  );
});

test("defaults are filled in, and images of a prefixed stage have a registry of their own", () => {
  expect(Site.of(aStack()).settings).toMatchObject({
    apis: "enable",
    propagation: "60s",
    registry: "europe-west1-docker.pkg.dev/acme-dev/data-journey",
  });
  expect(Site.of(aStack({ prefix: "alice" })).settings.registry).toBe(
    "europe-west1-docker.pkg.dev/acme-dev/alice-data-journey",
  );
});

test("a stage's prefix is in every physical name and in no address", () => {
  const stack = aStack({ prefix: "alice" });
  new Topic(stack, "clicks");
  expect(Template.fromStack(stack).resource("google_pubsub_topic.clicks")["name"]).toBe("alice-clicks");
});

test("moving a construct in the tree moves nothing in the cloud", () => {
  const flat = aStack();
  new Topic(flat, "topic", { name: "clicks" });
  const nested = aStack();
  new Topic(new Construct(new Construct(nested, "a"), "b"), "other", { name: "clicks" });
  expect(Template.fromStack(nested).toSnapshot()).toEqual(Template.fromStack(flat).toSnapshot());
});

test("an app may have several stages of one class", () => {
  const app = new App({ outdir: Testing.app().outdir });
  for (const name of ["dev", "prod"]) new Topic(new GcpStack(app, name, settings), "clicks");
  expect(() => app.synth()).not.toThrow();
});
