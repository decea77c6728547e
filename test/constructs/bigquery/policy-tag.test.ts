import { expect, test } from "vitest";
import { Taxonomy } from "../../../constructs/bigquery/policy-tag";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

test("a taxonomy of which nothing is said protects what has its tags", () => {
  const template = templateOf(examples.Taxonomy.minimal);
  expect(template.resource("google_data_catalog_taxonomy.privacy")).toEqual({
    display_name: "privacy",
    region: "europe-west1",
    activated_policy_types: ["FINE_GRAINED_ACCESS_CONTROL"],
    depends_on: ["time_sleep.apis"],
  });
});

test("a taxonomy of which all is said", () => {
  const template = templateOf(examples.Taxonomy.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_data_catalog_taxonomy.Privacy")).toEqual({
    display_name: "alice-Privacy",
    description: "what of people is whose business",
    region: "eu",
    activated_policy_types: ["FINE_GRAINED_ACCESS_CONTROL"],
    lifecycle: { prevent_destroy: true },
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
});

test("a tag is of its taxonomy, and may be within another", () => {
  const template = templateOf(examples.PolicyTag.maximal, { removal: "keep" });
  expect(template.allResources("google_data_catalog_policy_tag")).toEqual({
    "privacy-person": {
      taxonomy: "${google_data_catalog_taxonomy.privacy.id}",
      display_name: "person",
      lifecycle: { prevent_destroy: true },
      depends_on: ["time_sleep.apis"],
    },
    "privacy-E-mail": {
      taxonomy: "${google_data_catalog_taxonomy.privacy.id}",
      display_name: "E-mail",
      description: "an address",
      parent_policy_tag: "${google_data_catalog_policy_tag.privacy-person.name}",
      lifecycle: { prevent_destroy: true },
      depends_on: ["time_sleep.apis"],
    },
  });
});

test("who may read a tag's columns is given the right on the tag", () => {
  const template = templateOf((stack) => {
    new Taxonomy(stack, "privacy").tag("email").grantRead(new ServiceAccount(stack, "support"));
  });
  expect(
    template.resource(
      "google_data_catalog_policy_tag_iam_member.privacy-email-datacatalog-categoryFineGrainedReader-support",
    ),
  ).toMatchObject({
    policy_tag: "${google_data_catalog_policy_tag.privacy-email.name}",
    role: "roles/datacatalog.categoryFineGrainedReader",
    lifecycle: { replace_triggered_by: ["google_data_catalog_policy_tag.privacy-email.id"] },
  });
});

test("names have limits", () => {
  const says = 'Data Catalog takes up to 200 letters, digits, "_", "-" and spaces, none of them first or last';
  expect(messageOf(() => new Taxonomy(aStack(), "privacy", { name: "a/b" }))).toContain(`name is "a/b": ${says}`);
  expect(messageOf(() => new Taxonomy(aStack(), "privacy").tag("x", { name: " x" }))).toContain(
    `name is " x": ${says}`,
  );
});
