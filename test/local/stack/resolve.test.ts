import { describe, expect, test } from "vitest";
import { CloudError } from "../../../local/errors";
import type { StackResource } from "../../../local/service";
import { computedAttributes } from "../../../local/stack/computed";
import { resolveStack } from "../../../local/stack/resolve";
import { stackOf } from "../support/stack";

const site = { project: "acme-dev", projectNumber: "123456789012", region: "europe-west1" };

/** Makes everything, and keeps what was made in which order. */
function maker(refused: { readonly [address: string]: string } = {}) {
  const made: StackResource[] = [];
  const make = (resource: StackResource) => {
    const why = refused[resource.address];
    if (why !== undefined) throw new CloudError("PERMISSION_DENIED", why);
    made.push(resource);
    return computedAttributes(resource, site);
  };
  return { made, make };
}

const topic = { google_pubsub_topic: { clicks: { "//": { metadata: {} }, name: "clicks" } } };

test("files beside the stack are found where it lies, and a connection has an account", async () => {
  const stack = {
    ...stackOf({
      resource: {
        google_bigquery_connection: { files: { connection_id: "files", location: "EU", cloud_resource: {} } },
        google_data_catalog_taxonomy: { privacy: { display_name: "privacy", region: "eu" } },
        google_data_catalog_policy_tag: {
          email: { taxonomy: "${google_data_catalog_taxonomy.privacy.id}", display_name: "email" },
        },
        google_bigquery_routine: { tax: { dataset_id: "events", routine_id: "tax" } },
      },
      output: {
        file: { value: "${path.module}/assets/icon.bin" },
        account: { value: "${google_bigquery_connection.files.cloud_resource[0].service_account_id}" },
        connection: { value: "${google_bigquery_connection.files.name}" },
        tag: { value: "${google_data_catalog_policy_tag.email.name}" },
        routine: { value: "${google_bigquery_routine.tax.id}" },
      },
    }),
    folder: "/app/cdktf.out/stacks/dev",
  };
  const { outputs, failures } = await resolveStack(stack, maker().make);
  expect(failures).toEqual([]);
  expect(outputs).toMatchObject({
    file: "/app/cdktf.out/stacks/dev/assets/icon.bin",
    account: "bqcx-123456789012-files@gcp-sa-bigquery-condel.iam.gserviceaccount.com",
    connection: "projects/acme-dev/locations/EU/connections/files",
    tag: "projects/acme-dev/locations/eu/taxonomies/privacy/policyTags/email",
    routine: "projects/acme-dev/datasets/events/routines/tax",
  });
});

test("a function has the address of the service that it is, which leads nowhere, and what it was told beside it", async () => {
  const stack = stackOf({
    resource: {
      google_cloudfunctions2_function: {
        late: { name: "late", location: "europe-west1", service_config: { timeout_seconds: 60 } },
        listed: { name: "listed", location: "europe-west1", service_config: [{ timeout_seconds: 60 }] },
      },
    },
    output: {
      uri: { value: "${google_cloudfunctions2_function.late.service_config[0].uri}/" },
      timeout: { value: "${google_cloudfunctions2_function.listed.service_config[0].timeout_seconds}" },
    },
  });
  const { outputs } = await resolveStack(stack, maker().make);
  expect(outputs).toEqual({ uri: "https://late.europe-west1.functions.invalid/", timeout: 60 });
});

describe("a stack is gone through as Terraform applies it", () => {
  test("each resource comes after what it refers to and depends on, its references in place", async () => {
    const stack = stackOf({
      resource: {
        google_pubsub_subscription: {
          raw: {
            "//": { metadata: { path: "x" } },
            name: "raw",
            topic: "${google_pubsub_topic.clicks.id}",
            depends_on: ["time_sleep.settled"],
            lifecycle: { prevent_destroy: true },
          },
        },
        time_sleep: { settled: { create_duration: "60s", depends_on: ["google_pubsub_topic.dead"] } },
        google_pubsub_topic: { clicks: { name: "clicks" }, dead: { name: "dead" } },
      },
    });
    const { made, make } = maker();
    const { resolved, failures } = await resolveStack(stack, make);
    expect(failures).toEqual([]);
    expect(made.map(({ address }) => address)).toEqual([
      "google_pubsub_topic.clicks",
      "google_pubsub_topic.dead",
      "time_sleep.settled",
      "google_pubsub_subscription.raw",
    ]);
    expect(made.at(-1)?.config).toEqual({ name: "raw", topic: "projects/acme-dev/topics/clicks" });
    expect(resolved[0]?.attributes).toEqual({
      id: "projects/acme-dev/topics/clicks",
      name: "clicks",
      project: "acme-dev",
    });
  });

  test("data sources, locals, variables and outputs are evaluated", async () => {
    const stack = stackOf({
      data: { google_storage_project_service_account: { agent: {} } },
      resource: {
        google_pubsub_topic_iam_member: {
          agent: {
            topic: "${local.topic}",
            member: "${data.google_storage_project_service_account.agent.member}",
            role: "${var.role}",
          },
        },
        ...topic,
      },
      locals: { topic: "${local.name}", name: "${google_pubsub_topic.clicks.name}" },
      variable: { role: { default: "roles/pubsub.publisher" } },
      output: { topic: { value: "${google_pubsub_topic.clicks.id}" } },
    });
    const { made, make } = maker();
    const { outputs, failures } = await resolveStack(stack, make);
    expect(failures).toEqual([]);
    expect(made.at(-1)?.config).toEqual({
      topic: "clicks",
      member: "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com",
      role: "roles/pubsub.publisher",
    });
    expect(outputs).toEqual({ topic: "projects/acme-dev/topics/clicks" });
  });

  test("count and for_each make several of one block", async () => {
    const stack = stackOf({
      resource: {
        google_pubsub_topic: { many: { count: 2, name: "topic-${count.index}" } },
        google_pubsub_subscription: {
          each: {
            for_each: '${toset(["a", "b"])}',
            name: "${each.key}",
            topic: "${google_pubsub_topic.many[1].id}",
          },
        },
      },
      output: {
        topics: { value: "${google_pubsub_topic.many[*].name}" },
        b: { value: '${google_pubsub_subscription.each["b"].id}' },
      },
    });
    const { made, make } = maker();
    const { outputs } = await resolveStack(stack, make);
    expect(made.map(({ address }) => address)).toEqual([
      "google_pubsub_topic.many[0]",
      "google_pubsub_topic.many[1]",
      'google_pubsub_subscription.each["a"]',
      'google_pubsub_subscription.each["b"]',
    ]);
    expect(outputs).toEqual({ topics: ["topic-0", "topic-1"], b: "projects/acme-dev/subscriptions/b" });
  });

  test("a right that somebody else gives is applied as if the stack gave it", async () => {
    const stack = stackOf({
      "//": {
        journey: {
          assumed: [
            {
              type: "google_bigquery_dataset_iam_member",
              role: "roles/bigquery.dataEditor",
              member: "serviceAccount:x@acme-dev.iam.gserviceaccount.com",
              on: { datasetId: "shared", project: "acme-data" },
            },
          ],
        },
      },
    });
    const { made, make } = maker();
    await resolveStack(stack, make);
    expect(made).toEqual([
      {
        address: "journey.assumed.0",
        type: "google_bigquery_dataset_iam_member",
        name: "assumed-0",
        config: {
          dataset_id: "shared",
          project: "acme-data",
          role: "roles/bigquery.dataEditor",
          member: "serviceAccount:x@acme-dev.iam.gserviceaccount.com",
        },
      },
    ]);
  });
});

describe("what is wrong is said at once, with its place", () => {
  test("what was refused is reported, what needs it is left out, and all else is made", async () => {
    const stack = stackOf({
      resource: {
        ...topic,
        google_pubsub_subscription: {
          raw: { name: "raw", topic: "${google_pubsub_topic.clicks.id}" },
          other: { name: "other", topic: "projects/acme-dev/topics/other" },
        },
      },
    });
    const { made, make } = maker({ "google_pubsub_topic.clicks": "no" });
    const { failures } = await resolveStack(stack, make);
    expect(failures.map(({ address, error }) => `${address}: ${error.message}`)).toEqual([
      "google_pubsub_topic.clicks: no",
      "google_pubsub_subscription.raw: it needs google_pubsub_topic.clicks, which failed",
    ]);
    expect(made.map(({ name }) => name)).toEqual(["other"]);
  });

  test("references to nothing are all listed", async () => {
    const stack = stackOf({
      resource: {
        google_pubsub_subscription: { raw: { topic: "${google_pubsub_topic.clicks.id}", name: "${var.x}" } },
      },
    });
    await expect(resolveStack(stack, maker().make)).rejects.toThrow(
      /google_pubsub_subscription\.raw refers to google_pubsub_topic\.clicks, which the stack does not have\n.*refers to var\.x/,
    );
  });

  test("a depends_on of nothing is a warning: what was taken out by hand is missed by whoever needs it", async () => {
    const { make, made } = maker();
    const stack = stackOf({
      resource: { google_pubsub_topic: { a: { name: "a", depends_on: ["google_pubsub_topic_iam_member.gone"] } } },
    });
    const { warnings } = await resolveStack(stack, make);
    expect(made.map(({ name }) => name)).toEqual(["a"]);
    expect(warnings).toEqual([
      "google_pubsub_topic.a depends on google_pubsub_topic_iam_member.gone, which the stack does not have: " +
        "Terraform would refuse it",
    ]);
  });

  test("a circle is shown as one", async () => {
    const stack = stackOf({
      resource: {
        google_pubsub_topic: {
          a: { name: "${google_pubsub_topic.b.name}" },
          b: { name: "x", depends_on: ["google_pubsub_topic.c"] },
          c: { name: "${google_pubsub_topic.a.name}" },
        },
      },
    });
    await expect(resolveStack(stack, maker().make)).rejects.toThrow(
      "these wait for one another: google_pubsub_topic.a -> google_pubsub_topic.b -> google_pubsub_topic.c -> google_pubsub_topic.a",
    );
  });

  test("so is one of locals", async () => {
    const stack = stackOf({
      resource: { google_pubsub_topic: { a: { name: "${local.a}" } } },
      locals: { a: "${local.b}", b: "x${local.a}" },
    });
    await expect(resolveStack(stack, maker().make)).rejects.toThrow("local.a -> local.b -> local.a is a circle");
  });

  test("an unknown function names the argument it stands in", async () => {
    const stack = stackOf({ resource: { google_pubsub_topic: { a: { labels: { x: "${cidrhost(1)}" } } } } });
    const { failures } = await resolveStack(stack, maker().make);
    expect(failures[0]?.error.message).toBe(
      "google_pubsub_topic.a.labels.x: cidrhost(1): the local cloud does not know this function; compute the value in TypeScript instead",
    );
  });

  test("a variable without a value says how to give it one", async () => {
    const stack = stackOf({
      resource: { google_pubsub_topic: { a: { name: "${var.name}" } } },
      variable: { name: { type: "string" } },
    });
    const failed = await resolveStack(stack, maker().make);
    expect(failed.failures[0]?.error.message).toContain("set TF_VAR_name");
    const { made, make } = maker();
    await resolveStack(stack, make, { name: "clicks" });
    expect(made[0]?.config).toEqual({ name: "clicks" });
  });

  test("text that is no template is refused with its place", async () => {
    const stack = stackOf({ resource: { google_pubsub_topic: { a: { name: "${x" } } } });
    await expect(resolveStack(stack, maker().make)).rejects.toThrow(
      /google_pubsub_topic\.a\.name: the text cannot be read/,
    );
  });
});
