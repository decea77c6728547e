import { Testing } from "cdktf";
import { expect, test } from "vitest";
import { RegistryStack } from "../../constructs/artifact-registry/registry-stack";
import { Template } from "../../constructs/testing/template";
import { GamingEvents } from "../../stacks/gaming-events/stack";
import { stages } from "../../stacks/gaming-events/stages";
import { undeclared } from "./declared";

const app = (): ReturnType<typeof Testing.app> => Testing.app({ stackTraces: false });

test.each([
  ["on a worker pool", new GamingEvents(app(), "test", stages.dev)],
  ["on Dataflow", new GamingEvents(app(), "test", stages.dataflow)],
  ["the registry", new RegistryStack(app(), "test", stages.dev)],
])("every argument is one that the provider declares: %s", (_, stack) => {
  const template = Template.fromStack(stack);
  const invented = template.addresses
    // The pause is a class of ours: its two arguments are tested with it.
    .filter((address) => !address.startsWith("time_sleep."))
    .flatMap((address) => {
      const type = address.slice(0, address.lastIndexOf("."));
      return undeclared(type, template.resource(address)).map((argument) => `${address}: ${argument}`);
    });
  expect(invented).toEqual([]);
});

test("an argument that was made up is found, however deep", () => {
  expect(undeclared("google_pubsub_topic", { name: "a", colour: "red" })).toEqual(["colour"]);
  const push_config = { push_endpoint: "https://example.com", oidc_token: { service_account_email: "a", nonce: 1 } };
  expect(undeclared("google_pubsub_subscription", { name: "a", push_config })).toEqual([
    "push_config.oidc_token.nonce",
  ]);
  const template = { containers: [{ image: "a", env: [{ name: "A", value: "1", secret: "x" }] }] };
  expect(undeclared("google_cloud_run_v2_service", { template })).toEqual(["template.containers.env.secret"]);
  expect(undeclared("google_dataflow_flex_template_job", { provider: "google-beta", workers: 2 })).toEqual(["workers"]);
});
