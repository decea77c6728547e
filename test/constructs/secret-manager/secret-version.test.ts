import { Testing } from "cdktf";
import { expect, test } from "vitest";
import { Secret } from "../../../constructs/secret-manager/secret";
import { SecretVersion } from "../../../constructs/secret-manager/secret-version";
import type { GcpStack } from "../../../constructs/core/stack";
import { plainText } from "../../../constructs/core/uses";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

const variablesOf = (build: (stack: GcpStack) => unknown): unknown => {
  const stack = aStack();
  build(stack);
  return (JSON.parse(Testing.synth(stack)) as { variable?: unknown }).variable;
};

test("a version of which nothing is said has a value that Terraform is given and does not keep", () => {
  const template = templateOf(examples.SecretVersion.minimal);
  expect(template.resource("google_secret_manager_secret_version.api-key-1")).toEqual({
    secret: "${google_secret_manager_secret.api-key.id}",
    secret_data_wo: "${var.api_key_1}",
    secret_data_wo_version: 1,
    deletion_policy: "DELETE",
    lifecycle: { create_before_destroy: true },
    depends_on: ["time_sleep.apis"],
  });
  expect(variablesOf(examples.SecretVersion.minimal)).toEqual({
    api_key_1: {
      type: "string",
      description: "A value of the secret projects/acme-dev/secrets/api-key",
      nullable: false,
      sensitive: true,
      ephemeral: true,
    },
  });
});

test("a version of which all is said", () => {
  const template = templateOf(examples.SecretVersion.maximal);
  expect(template.resource("google_secret_manager_secret_version.password")).toEqual({
    secret: "projects/shop/secrets/api-key",
    secret_data_wo: "${var.password}",
    secret_data_wo_version: 7,
    is_secret_data_base64: true,
    enabled: false,
    deletion_policy: "ABANDON",
    timeouts: { create: "10m" },
    lifecycle: { create_before_destroy: true },
    depends_on: ["time_sleep.apis"],
  });
  // The one that the example gives; none of the construct's own.
  expect(Object.keys(variablesOf(examples.SecretVersion.maximal) as object)).toEqual(["password"]);
});

const policyOf = (removal: "keep" | "destroy", deletion?: "destroy") =>
  templateOf((stack) => new SecretVersion(stack, "v", { secret: new Secret(stack, "s"), deletion }), {
    removal,
  }).resource("google_secret_manager_secret_version.v")["deletion_policy"];

test("where data is kept, a version that a newer one replaces can be had back", () => {
  expect(policyOf("keep")).toBe("DISABLE");
  expect(policyOf("destroy")).toBe("DELETE");
  expect(policyOf("keep", "destroy")).toBe("DELETE");
});

test("a text value is as bytes only where it says so", () => {
  const template = templateOf((stack) => {
    new SecretVersion(stack, "v", { secret: new Secret(stack, "s"), encoding: "text" });
  });
  expect(template.resource("google_secret_manager_secret_version.v")).not.toHaveProperty("is_secret_data_base64");
});

test("a workload may be told the very version, and is deployed anew with each", () => {
  const stack = aStack();
  const { version, path } = new SecretVersion(stack, "v", { secret: new Secret(stack, "s") });
  expect(plainText(version, stack)).toBe("${google_secret_manager_secret_version.v.version}");
  expect(plainText(path, stack)).toBe("${google_secret_manager_secret_version.v.name}");
});

test("two versions whose variables would be one are refused", () => {
  const stack = aStack();
  const secret = new Secret(stack, "secret");
  new SecretVersion(stack, "api-key", { secret });
  expect(() => new SecretVersion(stack, "api_key", { secret })).toThrow("var.api_key is taken by test/api-key");
});

test("a value in the code is refused, and not repeated", () => {
  const message = messageOf(
    () => new SecretVersion(aStack(), "v", { secret: new Secret(aStack(), "s"), value: "hunter2" }),
  );
  expect(message).toContain(
    "value is a text, for all to read who may read this code or what is synthesized of it. Leave it away, and give TF_VAR_<name> at apply",
  );
  expect(message).not.toContain("hunter2");
});

test.each<[string, number | undefined, string]>([
  ["a b", undefined, 'name is "a b": a variable is called by letters, digits, "_" and "-", a letter first'],
  ["v", 0, "revision is 0: it is a whole number, 1 at first, and grows"],
])("a version %s of revision %s that is not valid says why", (name, revision, says) => {
  expect(
    messageOf(() => new SecretVersion(aStack(), "v", { secret: new Secret(aStack(), "s"), name, revision })),
  ).toContain(says);
});
