/** What holds of every stack that main.ts makes. */
import { TerraformStack } from "cdktf";
import { beforeAll, describe, expect, test } from "vitest";
import { Template } from "../../constructs/testing/template";
import { brokenInvariants } from "../constructs/invariants";
import { undeclared } from "./declared";
import { mainApp } from "./main-app";

let templates: ReadonlyMap<string, Template> = new Map();

beforeAll(async () => {
  const stacks = (await mainApp()).node.findAll().filter((one) => TerraformStack.isStack(one));
  templates = new Map(stacks.map((stack) => [stack.node.id, Template.fromStack(stack)]));
}, 60_000);

const ofEach = (find: (template: Template) => readonly string[]): readonly string[] =>
  [...templates].flatMap(([stack, template]) => find(template).map((one) => `${stack}: ${one}`));

describe("in every stack", () => {
  test("every argument is one that the provider declares", () => {
    const invented = ofEach((template) =>
      template.addresses
        // The pause is a class of ours: its two arguments are tested with it.
        .filter((address) => !address.startsWith("time_sleep."))
        .flatMap((address) => {
          const type = address.slice(0, address.lastIndexOf("."));
          return undeclared(type, template.resource(address)).map((argument) => `${address}: ${argument}`);
        }),
    );
    expect(templates.size).toBeGreaterThan(8);
    expect(invented).toEqual([]);
  });

  test("every hop has its right and no right is idle, nothing waits for itself, no role on data is a whole project's", () => {
    expect(ofEach(brokenInvariants)).toEqual([]);
  });
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
