import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { expect, test } from "vitest";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import type { GcpStack } from "../../../constructs/core/stack";
import { EventChannel } from "../../../constructs/eventarc/event-channel";
import type { EventSource, ObjectEvents } from "../../../constructs/eventarc/event-source";
import { EventTrigger, type EventTriggerProps } from "../../../constructs/eventarc/event-trigger";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { Workflow } from "../../../constructs/workflows/workflow";
import type { Json } from "../../../constructs/testing/template";
import { aStack, messageOf, templateOf } from "../support";
import { examples, service, trigger } from "./examples";

const audit = { service: "bigquery.googleapis.com", method: "google.cloud.bigquery.v2.JobService.InsertJob" };
const INVOKE = "google_cloud_run_v2_service_iam_member.handler-run-invoker-jobs-trigger";
const TOKEN = "google_service_account_iam_member.jobs-trigger-iam-serviceAccountTokenCreator-pubsub-agent";
const AGENT = "google_project_iam_member.project-eventarc-serviceAgent-eventarc-agent";
const RECEIVE = "google_project_iam_member.project-eventarc-eventReceiver-jobs-trigger";
const PUBLISH = "google_project_iam_member.project-pubsub-publisher-storage-agent";

/** A trigger as it is in the JSON. */
function triggerOn(on: (stack: GcpStack) => EventSource, more: Partial<EventTriggerProps> = {}): Json {
  return templateOf((stack) => trigger(stack, on(stack), more)).resource("google_eventarc_trigger.jobs");
}

const eu = (stack: GcpStack): EventSource => ({ bucket: new Bucket(stack, "files", { location: "EU" }) });
const theirs = (stack: GcpStack): EventSource => ({ bucket: Bucket.fromName(stack, "theirs", { name: "files" }) });
const filtersOn = (on: (stack: GcpStack) => EventSource): unknown => triggerOn(on)["matching_criteria"];

test("a trigger of which nothing is said calls a service for new objects of a bucket, after a pause", () => {
  const template = templateOf(examples.EventTrigger.minimal);
  expect(template.resource("google_eventarc_trigger.jobs")).toEqual({
    name: "jobs",
    location: "europe-west1",
    matching_criteria: [
      { attribute: "type", value: "google.cloud.storage.object.v1.finalized" },
      { attribute: "bucket", value: "${google_storage_bucket.files.name}" },
    ],
    destination: {
      cloud_run_service: { service: "${google_cloud_run_v2_service.handler.name}", region: "europe-west1" },
    },
    service_account: "${google_service_account.jobs-trigger.email}",
    depends_on: ["time_sleep.apis", "time_sleep.trigger-jobs"],
  });
  expect(template.resource("time_sleep.trigger-jobs")).toMatchObject({
    create_duration: "60s",
    depends_on: [INVOKE, RECEIVE, AGENT, PUBLISH, TOKEN],
  });
});

test("a trigger's account may call the service and receive events; Google's agents what they have to", () => {
  const template = templateOf(examples.EventTrigger.minimal);
  const account = "${google_service_account.jobs-trigger.member}";
  for (const [address, role, member] of [
    [INVOKE, "roles/run.invoker", account],
    [RECEIVE, "roles/eventarc.eventReceiver", account],
    [AGENT, "roles/eventarc.serviceAgent", "${google_project_service_identity.eventarc.member}"],
    [PUBLISH, "roles/pubsub.publisher", "${data.google_storage_project_service_account.storage.member}"],
    [TOKEN, "roles/iam.serviceAccountTokenCreator", "${google_project_service_identity.pubsub.member}"],
  ] as const) {
    expect(template.resource(address)).toMatchObject({ role, member });
  }
  template.resourceCount("google_project_iam_member", 3);
  expect(template.journey["whys"]).toEqual({
    [INVOKE]: "Eventarc calls it for jobs",
    [RECEIVE]: "Eventarc takes the events of jobs as it",
    [AGENT]: "Eventarc makes what events are delivered by",
    [PUBLISH]: "tells Eventarc of objects, by a topic that Eventarc makes",
    [TOKEN]: "signs the token that a call carries",
  });
});

test("a trigger of which all is said", () => {
  const template = templateOf(examples.EventTrigger.maximal, { prefix: "alice" });
  expect(template.resource("google_eventarc_trigger.jobs")).toEqual({
    name: "alice-jobs",
    location: "global",
    labels: { team: "growth" },
    matching_criteria: [
      { attribute: "type", value: "google.cloud.audit.log.v1.written" },
      { attribute: "serviceName", value: "bigquery.googleapis.com" },
      { attribute: "methodName", value: "google.cloud.bigquery.v2.JobService.InsertJob" },
      { attribute: "resourceName", value: "projects/*/jobs/nightly-*", operator: "match-path-pattern" },
    ],
    destination: {
      cloud_run_service: {
        service: "${google_cloud_run_v2_service.handler.name}",
        region: "europe-west1",
        path: "/jobs",
      },
    },
    event_data_content_type: "application/protobuf",
    service_account: "${google_service_account.caller.email}",
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis", "time_sleep.trigger-jobs"],
  });
  // Audit logs are not told by Cloud Storage.
  template.resourceCount("google_project_iam_member", 2);
});

test.each<[ObjectEvents["event"], string]>([
  ["finalized", "finalized"],
  ["metadata", "metadataUpdated"],
  ["archived", "archived"],
  ["deleted", "deleted"],
])("objects that are %s are an event of type %s", (event, type) => {
  expect(filtersOn((stack) => ({ bucket: new Bucket(stack, "files"), event }))).toEqual([
    { attribute: "type", value: `google.cloud.storage.object.v1.${type}` },
    { attribute: "bucket", value: "${google_storage_bucket.files.name}" },
  ]);
});

test("messages of a topic come by that topic, and need no right to receive events", () => {
  const template = templateOf((stack) => trigger(stack, { topic: new Topic(stack, "clicks") }));
  expect(template.resource("google_eventarc_trigger.jobs")).toMatchObject({
    matching_criteria: [{ attribute: "type", value: "google.cloud.pubsub.topic.v1.messagePublished" }],
    transport: { pubsub: { topic: "${google_pubsub_topic.clicks.id}" } },
  });
  expect(template.resource("time_sleep.trigger-jobs")["depends_on"]).toEqual([INVOKE, AGENT, TOKEN]);
});

test("what an audit log says may be of any resource, of one, or of those of a pattern", () => {
  const named = [
    { attribute: "type", value: "google.cloud.audit.log.v1.written" },
    { attribute: "serviceName", value: audit.service },
    { attribute: "methodName", value: audit.method },
  ];
  expect(filtersOn(() => ({ audit }))).toEqual(named);
  expect(filtersOn(() => ({ audit: { ...audit, resource: "projects/acme/jobs/a" } }))).toEqual([
    ...named,
    { attribute: "resourceName", value: "projects/acme/jobs/a" },
  ]);
});

test("documents are of a database, by a path that is a pattern where it has braces or stars", () => {
  expect(filtersOn(() => ({ document: "orders/{order}" }))).toEqual([
    { attribute: "type", value: "google.cloud.firestore.document.v1.written" },
    { attribute: "database", value: "(default)" },
    { attribute: "document", value: "orders/{order}", operator: "match-path-pattern" },
  ]);
  const database = { name: "shop", location: "EUR3" };
  expect(
    triggerOn(() => ({ document: "orders/first", event: "deleted", database, namespace: "a", authContext: true })),
  ).toMatchObject({
    location: "eur3",
    matching_criteria: [
      { attribute: "type", value: "google.cloud.firestore.document.v1.deleted.withAuthContext" },
      { attribute: "database", value: "shop" },
      { attribute: "namespace", value: "a" },
      { attribute: "document", value: "orders/first" },
    ],
  });
});

test("any other event is told by its type and attributes, sorted, of a partner's by a channel", () => {
  const template = templateOf((stack) => {
    trigger(stack, {
      type: "datadog.v1.alert",
      attributes: { subject: { pattern: "orders/*" }, source: "shop" },
      channel: new EventChannel(stack, "datadog"),
    });
  });
  expect(template.resource("google_eventarc_trigger.jobs")).toMatchObject({
    channel: "${google_eventarc_channel.datadog.id}",
    matching_criteria: [
      { attribute: "type", value: "datadog.v1.alert" },
      { attribute: "source", value: "shop" },
      { attribute: "subject", value: "orders/*", operator: "match-path-pattern" },
    ],
  });
  const channel = "projects/acme-dev/locations/europe-west1/channels/theirs";
  expect(triggerOn(() => ({ type: "datadog.v1.alert", channel }))).toMatchObject({ channel });
});

test("events carry JSON unless it is said that they do not", () => {
  expect(triggerOn(() => ({ audit }))).not.toHaveProperty("event_data_content_type");
  expect(triggerOn(() => ({ audit }), { content: "json" })).toMatchObject({
    event_data_content_type: "application/json",
  });
});

test("a workflow is executed for each event, by an account that may do that", () => {
  const template = templateOf((stack) => {
    const source = "main:\n  params: [event]\n  steps:\n    - done:\n        return: ${event.id}\n";
    trigger(stack, { audit }, { to: new Workflow(stack, "nightly", { definition: { source } }) });
  });
  expect(template.resource("google_eventarc_trigger.jobs")["destination"]).toEqual({
    workflow: "${google_workflows_workflow.nightly.id}",
  });
  expect(template.resource("time_sleep.trigger-jobs")["depends_on"]).toContain(
    "google_project_iam_member.project-workflows-invoker-jobs-trigger",
  );
});

test("a trigger is where its events come to be: a bucket's place, or the stack's region", () => {
  expect(triggerOn(eu)["location"]).toBe("eu");
  expect(triggerOn(eu, { location: "EU" })["location"]).toBe("EU");
  expect(triggerOn(() => ({ audit }))["location"]).toBe("europe-west1");
  expect(triggerOn(() => ({ audit }), { location: "us-east1" })["location"]).toBe("us-east1");
  expect(triggerOn((stack) => ({ topic: new Topic(stack, "clicks") }), { location: "us-east1" })["location"]).toBe(
    "us-east1",
  );
  expect(triggerOn(theirs, { location: "us" })["location"]).toBe("us");
  expect(
    triggerOn(() => ({ document: "a", database: { name: "b", location: "nam5" } }), { location: "NAM5" })["location"],
  ).toBe("NAM5");
});

test("a service that is there already is called by its name", () => {
  const template = templateOf((stack) => {
    const to = CloudRunService.fromName(stack, "theirs", {
      name: "api",
      url: "https://api-x.run.app",
      region: "us-east1",
    });
    trigger(stack, { audit }, { to });
  });
  expect(template.resource("google_eventarc_trigger.jobs")["destination"]).toEqual({
    cloud_run_service: { service: "api", region: "us-east1" },
  });
});

test.each<[EventSource, Partial<EventTriggerProps>, string]>([
  [{ audit }, { name: "Jobs" }, 'name is "Jobs": Eventarc takes 1 to 63 lower-case letters, digits and hyphens'],
  [{ type: "alert" }, {}, 'on.type is "alert": types of events are as google.firebase.auth.user.v1.created'],
  [{ type: "a.v1.b", attributes: { type: "a.v1.c" } }, {}, "on.attributes has type, which a trigger has once: on.type"],
  [
    { audit: { ...audit, service: "bigquery" } },
    {},
    'on.audit.service is "bigquery": audit logs name services as bigquery.googleapis.com',
  ],
  [
    { audit: { ...audit, method: "a b" } },
    {},
    'on.audit.method is "a b": audit logs name methods as google.cloud.bigquery',
  ],
  [{ document: "" }, {}, "on says nothing of document: Eventarc compares it with something"],
  [
    { audit: { ...audit, resource: "jobs/*" } },
    {},
    'on says of resourceName "jobs/*", letter by letter: where * and {} mean something, write { pattern: "jobs/*" }',
  ],
  [
    { audit: { ...audit, resource: { pattern: "jobs/a" } } },
    {},
    'on says of resourceName the pattern "jobs/a", which matches one path: write it as text',
  ],
  [
    { document: "orders/{a-b}" },
    {},
    'on says of document the pattern "orders/{a-b}", in which "{a-b}" means nothing: a part of a path may be ** or {name}, and have * in it',
  ],
  [
    { document: "a", database: { name: "b", location: "eur3" } },
    { location: "europe-west1" },
    'location is "europe-west1", and what it waits for is in eur3: a trigger is where its events come to be. Leave location away',
  ],
  [
    { audit },
    { location: "eu" },
    'location is "eu": audit logs come to a trigger in a region, or in "global" from everywhere',
  ],
])("trigger %# is not valid", (on, more, says) => {
  expect(messageOf(() => trigger(aStack(), on, more))).toContain(says);
});

test("messages come to a trigger in a region", () => {
  const stack = aStack();
  expect(messageOf(() => trigger(stack, { topic: new Topic(stack, "clicks") }, { location: "global" }))).toContain(
    'location is "global": messages come to a trigger in a region',
  );
});

test.each(["a/*/b", "**/c*", "{path=**}", "a/{b=*}/c", "a-*-b*"])("%s is a pattern", (pattern) => {
  expect(() => trigger(aStack(), { audit: { ...audit, resource: { pattern } } })).not.toThrow();
});

test("an account that is given makes the calls", () => {
  const template = templateOf((stack) => {
    const identity = new ServiceAccount(stack, "caller");
    const made = new EventTrigger(stack, "jobs", { on: { audit }, to: service(stack), identity });
    expect(made.identity).toBe(identity);
  });
  expect(Object.keys(template.allResources("google_service_account"))).toEqual(["caller", "handler"]);
});

test("what is known only at apply is not looked at", () => {
  const stack = aStack();
  const text = new TerraformVariable(stack, "later", {}).stringValue;
  const attributes = { source: { pattern: text }, type: text };
  const on = [
    { type: text, attributes },
    { audit: { service: text, method: ` ${text}`, resource: text } },
    { document: text },
  ];
  for (const [index, each] of on.entries()) {
    const id = `trigger-${index}`;
    const to = service(new Construct(stack, id), `handler-${index}`);
    expect(() => new EventTrigger(stack, `jobs-${index}`, { on: each, to, location: `${text}-eu` })).not.toThrow();
  }
});
