import { join } from "node:path";
import { expect, test } from "vitest";
import { uses } from "../../../constructs/core/uses";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Topic } from "../../../constructs/pubsub/topic";
import { Schedule } from "../../../constructs/scheduler/schedule";
import { Template } from "../../../constructs/testing/template";
import { workflow } from "../../../constructs/workflows/definition";
import { env } from "../../../constructs/workflows/expression";
import { Workflow } from "../../../constructs/workflows/workflow";
import type { WorkflowProps } from "../../../constructs/workflows/workflow-props";
import { SomeJob, SomeService } from "../invokable";
import { aStack, messageOf, templateOf, warningsOf } from "../support";
import { examples } from "./examples";

const type = "google_workflows_workflow";
const hello = workflow((run) => run.return("done", "hello"));
const file = (name: string): string => join(__dirname, "flows", name);

test("a workflow of which nothing is said has an account of its own, and logs its errors", () => {
  const template = templateOf(examples.Workflow.minimal);
  expect(template.resource(`${type}.hello`)).toEqual({
    name: "hello",
    region: "europe-west1",
    source_contents: "main:\n  params:\n    - args\n  steps:\n    - done:\n        return: hello\n",
    service_account: "${google_service_account.hello-workflow.email}",
    call_log_level: "LOG_ERRORS_ONLY",
    deletion_protection: false,
    depends_on: [
      "google_project_iam_member.project-logging-logWriter-hello-workflow",
      "google_service_account.hello-workflow",
      "time_sleep.apis",
    ],
  });
  expect(template.resource("google_project_service.workflowexecutions")).toBeDefined();
});

test("a workflow of which all is said", () => {
  const template = templateOf(examples.Workflow.maximal, { prefix: "alice", removal: "keep" });
  const { source_contents: source, ...rest } = template.resource(`${type}.batch`);
  expect(rest).toEqual({
    name: "alice-batch",
    region: "europe-west3",
    description: "Works on a $${machine}",
    service_account: "${google_service_account.batch-worker.email}",
    user_env_vars: { TABLE: "$${orders}" },
    call_log_level: "LOG_ALL_CALLS",
    execution_history_level: "EXECUTION_HISTORY_DETAILED",
    crypto_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    labels: { team: "growth" },
    deletion_protection: false,
    timeouts: { create: "10m" },
    depends_on: [
      "google_cloud_run_v2_service_iam_member.worker-run-invoker-batch-worker",
      "google_project_iam_member.project-logging-logWriter-batch-worker",
      "google_service_account.batch-worker",
      "time_sleep.apis",
      "time_sleep.encryption-own-by-workflows",
    ],
  });
  expect(source).toContain('project: $${sys.get_env("GOOGLE_CLOUD_PROJECT_ID")}');
  expect(source).toContain('url: "${google_cloud_run_v2_service.worker.uri}/process"');
});

test("where nothing is logged no right to log is given, unless a step writes to the log", () => {
  const quiet = templateOf((stack) => new Workflow(stack, "hello", { definition: hello, callLog: "none" }));
  expect(quiet.allResources("google_project_iam_member")).toEqual({});
  expect(quiet.resource(`${type}.hello`)["call_log_level"]).toBe("LOG_NONE");
  const loud = workflow((run) => run.log("say", "hello"));
  const logging = templateOf((stack) => new Workflow(stack, "hello", { definition: loud, callLog: "none" }));
  expect(Object.keys(logging.allResources("google_project_iam_member"))).toEqual([
    "project-logging-logWriter-hello-workflow",
  ]);
});

test("what steps call, start and publish to is granted to the workflow's account", () => {
  const stack = aStack();
  const topic = new Topic(stack, "topic", { name: "orders" });
  const [service, job] = [new SomeService(stack, "worker"), new SomeJob(stack, "load")];
  const definition = workflow<{ id: string }>((run, args) => {
    run.invoke("get it", service, { method: "get", path: "/orders", query: { id: args.id }, timeout: "60s" });
    run.invoke("do it", service);
    run.start("load", job, { overrides: {} });
    run.start("load again", job);
    run.publish("tell", topic, { id: args.id }, { kind: "order" });
    run.publish("shout", topic, "done");
    run.publish("hand on", topic, args.id);
  });
  const { identity } = new Workflow(stack, "orders", { definition });
  expect(identity.key).toBe("orders-workflow");
  const template = Template.fromStack(stack);
  expect(template.addresses.filter((address) => address.includes("orders-workflow"))).toEqual([
    "google_cloud_run_v2_job_iam_member.load-run-invoker-orders-workflow",
    "google_cloud_run_v2_service_iam_member.worker-run-invoker-orders-workflow",
    "google_project_iam_member.project-logging-logWriter-orders-workflow",
    "google_pubsub_topic_iam_member.orders-pubsub-publisher-orders-workflow",
    "google_service_account.orders-workflow",
  ]);
  expect(template.resource(`${type}.orders`)["source_contents"]).toBe(`main:
  params:
    - args
  steps:
    - get it:
        call: http.get
        args:
          url: "\${google_cloud_run_v2_service.worker.uri}/orders"
          query:
            id: $\${args.id}
          auth:
            type: OIDC
            audience: https://some-service.internal
          timeout: 60
    - do it:
        call: http.post
        args:
          url: "\${google_cloud_run_v2_service.worker.uri}/"
          auth:
            type: OIDC
            audience: https://some-service.internal
    - load:
        call: http.post
        args:
          url: "https://run.googleapis.com/v2/\${google_cloud_run_v2_job.load.id}:run"
          body:
            overrides: {}
          auth:
            type: OAuth2
    - load again:
        call: http.post
        args:
          url: "https://run.googleapis.com/v2/\${google_cloud_run_v2_job.load.id}:run"
          body: {}
          auth:
            type: OAuth2
    - tell:
        call: googleapis.pubsub.v1.projects.topics.publish
        args:
          topic: "\${google_pubsub_topic.orders.id}"
          body:
            messages:
              - data: '$\${base64.encode(json.encode({"id": args.id}))}'
                attributes:
                  kind: order
    - shout:
        call: googleapis.pubsub.v1.projects.topics.publish
        args:
          topic: "\${google_pubsub_topic.orders.id}"
          body:
            messages:
              - data: $\${base64.encode(text.encode("done"))}
    - hand on:
        call: googleapis.pubsub.v1.projects.topics.publish
        args:
          topic: "\${google_pubsub_topic.orders.id}"
          body:
            messages:
              - data: $\${base64.encode(json.encode(args.id))}
`);
  const { whys } = (stack.toTerraform() as { "//": { journey: { whys: object } } })["//"].journey;
  expect(whys).toMatchObject({
    "google_cloud_run_v2_service_iam_member.worker-run-invoker-orders-workflow": "step get it calls it",
    "google_cloud_run_v2_job_iam_member.load-run-invoker-orders-workflow": "step load starts it",
    "google_pubsub_topic_iam_member.orders-pubsub-publisher-orders-workflow": "step tell publishes to it",
    "google_project_iam_member.project-logging-logWriter-orders-workflow": "writes its log",
  });
});

test("a file is deployed as it is, with its expressions left to Workflows", () => {
  const definition = { file: file("orders.yaml") };
  const template = templateOf((stack) => {
    const { identity } = new Workflow(stack, "orders", { definition, env: { TOPIC: "orders" } });
    new Topic(stack, "topic", { name: "orders" }).grantPublish(identity);
  });
  const source = String(template.resource(`${type}.orders`)["source_contents"]);
  expect(source).toContain("# What it is started with is an order.");
  expect(source).toContain('topic: $${"projects/" + sys.get_env("GOOGLE_CLOUD_PROJECT_ID")');
});

test("text is taken too, and JSON", () => {
  const definition = { source: '{"main": {"steps": [{"done": {"return": "${1 + 1}"}}]}}' };
  const template = templateOf((stack) => new Workflow(stack, "sum", { definition }));
  expect(template.resource(`${type}.sum`)["source_contents"]).toContain('"return": "$${1 + 1}"');
});

test("what is wrong with a file is told with its lines, the first three and how many more", () => {
  expect(messageOf(() => new Workflow(aStack(), "orders", { definition: { file: file("broken.yaml") } }))).toContain(
    "definition: line 5, main, step first names ordre, which is no variable there; line 7, main, step second names a, which is no variable there; line 9, main, step third names b, which is no variable there; and 1 more",
  );
});

test("what is wrong with steps in TypeScript is told by their names", () => {
  const definition = workflow((run) => run.goto("first", "second"));
  expect(messageOf(() => new Workflow(aStack(), "orders", { definition }))).toContain(
    "definition: main, step first goes on with second, which is no step that can be reached from there (",
  );
});

test.each<[Partial<WorkflowProps>, string]>([
  [
    { name: "1a" },
    'name is "1a": Workflows takes 1 to 64 letters, digits, "-" and "_", a letter first, and a letter or digit last',
  ],
  [{ description: "x".repeat(1_001) }, "description has 1001 characters: Workflows takes 1000"],
  [
    { definition: { file: "none.yaml" } },
    "definition is in none.yaml, which is not there: name it from where cdktf.json is",
  ],
  [
    { env: { GOOGLE_A: "1" } },
    'env has "GOOGLE_A": Workflows takes letters, digits and "_", and keeps GOOGLE and WORKFLOWS to itself',
  ],
  [{ env: { "a-b": "1" } }, 'env has "a-b": Workflows takes letters'],
  [{ env: { A: "x".repeat(4_097) } }, "env A is 4097 bytes: Workflows takes 4096"],
  [
    { env: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`A${n}`, ""])) },
    "env has 21 variables: Workflows takes 20",
  ],
  [
    { definition: workflow((run) => run.return("done", env("TABLE"))) },
    "definition asks for TABLE, which is not in env: give it a value there",
  ],
])("a workflow %# that is not valid says why", (props, says) => {
  expect(messageOf(() => new Workflow(aStack(), "orders", { definition: hello, ...props }))).toContain(says);
});

test("limits are good to the last", () => {
  const all = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`A${n}`, "x".repeat(4_096)]));
  const stack = aStack();
  const definition = workflow((run) => run.return("done", [env("A1"), env("GOOGLE_CLOUD_LOCATION")]));
  new Workflow(stack, "orders", { name: "x".repeat(64), definition, description: "x".repeat(1_000), env: all });
  new Workflow(stack, "x", { definition: hello });
});

test("an optional variable of the environment may be left away", () => {
  const definition = { source: '- a:\n    return: ${sys.get_env("TABLE", "orders")}\n' };
  expect(() => new Workflow(aStack(), "orders", { definition })).not.toThrow();
});

test("who may start a workflow may start the project's others too: there is nothing finer", () => {
  const template = templateOf((stack) => {
    const caller = new ServiceAccount(stack, "caller");
    new Workflow(stack, "one", { definition: hello }).grantInvoke(caller);
    new Workflow(stack, "two", { definition: hello }).grantInvoke(caller);
    Workflow.fromName(stack, "three", { name: "three", project: "shop" }).grantInvoke(caller);
    Workflow.fromName(stack, "four", { name: "four", project: "assumed", grants: "assume" }).grantInvoke(caller);
  });
  const ofCaller = Object.entries(template.allResources("google_project_iam_member")).filter(([name]) =>
    name.endsWith("caller"),
  );
  expect(ofCaller.map(([name, { project, role }]) => [name, project, role])).toEqual([
    ["project-shop-workflows-invoker-caller", "shop", "roles/workflows.invoker"],
    ["project-workflows-invoker-caller", "acme-dev", "roles/workflows.invoker"],
  ]);
});

/** A stack in which an account is told a workflow's name, and may start it or not. */
function told(grant: boolean): Template {
  const stack = aStack();
  const caller = new ServiceAccount(stack, "caller");
  const flow = new Workflow(stack, "orders", { definition: hello });
  uses.tell(stack, { member: caller.member, where: "env FLOW", text: flow.path });
  if (grant) flow.grantInvoke(caller, { why: "starts it" });
  return Template.fromStack(stack);
}

test("who is told a workflow's name needs the right to start it", () => {
  expect(() => told(false)).toThrow(
    "env FLOW names projects/acme-dev/locations/europe-west1/workflows/orders, on which this workload's account has no right: give it one (grantInvoke)",
  );
  expect(told(true).addresses).toContain("google_project_iam_member.project-workflows-invoker-caller");
});

test("a schedule starts it", () => {
  const template = templateOf((stack) => {
    const start = new Workflow(stack, "orders", { definition: hello });
    new Schedule(stack, "nightly", { cron: "0 3 * * *", target: { start, body: { argument: "{}" } } });
  });
  expect(template.resource("google_cloud_scheduler_job.nightly")["http_target"]).toMatchObject({
    uri: "https://workflowexecutions.googleapis.com/v1/${google_workflows_workflow.orders.id}/executions",
    oauth_token: { service_account_email: "${google_service_account.nightly-schedule.email}" },
  });
  expect(template.resource("google_project_iam_member.project-workflows-invoker-nightly-schedule")).toMatchObject({
    role: "roles/workflows.invoker",
  });
});

test("a workflow that is there already is named in full", () => {
  const stack = aStack();
  const ours = Workflow.fromName(stack, "ours", { name: "orders" });
  expect(ours).toMatchObject({ key: "orders", path: "projects/acme-dev/locations/europe-west1/workflows/orders" });
  expect(ours.startUrl).toBe(
    "https://workflowexecutions.googleapis.com/v1/projects/acme-dev/locations/europe-west1/workflows/orders/executions",
  );
  expect(Workflow.fromName(stack, "theirs", { name: "orders", project: "shop", region: "us-central1" })).toMatchObject({
    key: "shop-orders",
    name: "orders",
    fullName: "projects/shop/locations/us-central1/workflows/orders",
  });
  expect(() => Workflow.fromName(stack, "bad", { name: "a b" })).toThrow('name is "a b"');
});

test("its revision is another one for each change of its definition", () => {
  const stack = aStack();
  const { revision } = new Workflow(stack, "orders", { definition: hello });
  new ServiceAccount(stack, "reader", { description: revision });
  expect(Template.fromStack(stack).resource("google_service_account.reader")["description"]).toBe(
    "${google_workflows_workflow.orders.revision_id}",
  );
});

test("a connector for which the account has no role is warned of", () => {
  const definition = workflow((run) => {
    run.call("vm", "googleapis.compute.v1.instances.get", { project: "p", zone: "z", instance: "i" });
    run.call("doc", "googleapis.firestore.v1.projects.databases.documents.get", { name: "n" });
  });
  const warned = (...roles: readonly string[]) => {
    const stack = aStack();
    const { identity } = new Workflow(stack, "orders", { definition });
    const topic = new Topic(stack, "topic", { name: "orders" });
    for (const role of roles) topic.grant(role, identity);
    Template.fromStack(stack);
    return warningsOf(stack).filter((warning) => warning.includes("workflow-connector-right"));
  };
  expect(warned("roles/pubsub.publisher")).toEqual([
    "test/orders: calls googleapis.compute and googleapis.firestore, for which its account was given no role: give it one on what it works with [workflow-connector-right] (https://cloud.google.com/workflows/docs/authentication)",
  ]);
  expect(warned("roles/compute.admin")[0]).toContain("calls googleapis.firestore, for");
  expect(warned("roles/compute.admin", "roles/datastore.user")).toEqual([]);
  expect(warned("projects/acme-dev/roles/own")).toEqual([]);
});

test("an account that is the workflow's and somebody else's has no right too many", () => {
  const stack = aStack();
  const identity = new ServiceAccount(stack, "shared-account");
  const service = new SomeService(stack, "worker");
  const definition = workflow((run) => run.invoke("call", service));
  new Workflow(stack, "orders", {
    definition,
    identity,
    env: { TOPIC: new Topic(stack, "topic", { name: "orders" }).path },
  });
  expect(() => Template.fromStack(stack)).toThrow("env TOPIC names projects/acme-dev/topics/orders");
});
