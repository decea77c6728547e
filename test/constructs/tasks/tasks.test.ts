import { expect, test } from "vitest";
import type { GcpStack } from "../../../constructs/core/stack";
import { services } from "../../../constructs/cloud-run/facts";
import { plainText, uses } from "../../../constructs/core/uses";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { TaskQueue } from "../../../constructs/tasks/task-queue";
import type { QueueTarget, TaskQueueProps } from "../../../constructs/tasks/task-queue-props";
import { TaskTarget } from "../../../constructs/tasks/task-target";
import { Template } from "../../../constructs/testing/template";
import { SomeService } from "../invokable";
import { aStack, messageOf, templateOf, warningsOf } from "../support";
import { examples } from "./examples";

const type = "google_cloud_tasks_queue";
const url = "https://example.com/mail";

test("a queue of which nothing is said goes at Google's pace, and logs what happens to its tasks", () => {
  expect(templateOf(examples.TaskQueue.minimal).resource(`${type}.mails`)).toEqual({
    name: "mails",
    location: "europe-west1",
    stackdriver_logging_config: { sampling_ratio: 1 },
    depends_on: ["time_sleep.apis"],
  });
});

test("a queue of which all is said", () => {
  const template = templateOf(examples.TaskQueue.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource(`${type}.mails`)).toEqual({
    name: "alice-mails",
    location: "europe-west3",
    rate_limits: { max_dispatches_per_second: 10, max_concurrent_dispatches: 50 },
    retry_config: {
      max_attempts: 5,
      max_retry_duration: "3600s",
      min_backoff: "1s",
      max_backoff: "600s",
      max_doublings: 16,
    },
    stackdriver_logging_config: { sampling_ratio: 0.5 },
    http_target: {
      http_method: "PUT",
      header_overrides: [{ header: { key: "X-Team", value: "$${growth}" } }],
      uri_override: {
        scheme: "HTTPS",
        host: '${trimprefix(google_cloud_run_v2_service.mailer.uri, "https://")}',
        path_override: { path: "/send" },
        query_override: { query_params: "kind=mail" },
        uri_override_enforce_mode: "IF_NOT_EXISTS",
      },
      oidc_token: {
        service_account_email: "${google_service_account.caller.email}",
        audience: "https://some-service.internal",
      },
    },
    timeouts: { create: "10m" },
    lifecycle: { prevent_destroy: true },
    depends_on: [
      "google_cloud_run_v2_service_iam_member.mailer-run-invoker-caller",
      "google_service_account.caller",
      "google_service_account_iam_member.caller-iam-serviceAccountOpenIdTokenCreator-tasks-agent",
      "time_sleep.apis",
    ],
  });
});

const targetOf = (target: (stack: GcpStack) => QueueTarget) =>
  templateOf((stack) => new TaskQueue(stack, "mails", { target: target(stack) })).resource(`${type}.mails`)[
    "http_target"
  ];

test("a service is called as an account of the queue's own, whatever a task says", () => {
  expect(targetOf((stack) => ({ to: new SomeService(stack, "mailer") }))).toEqual({
    header_overrides: [],
    uri_override: {
      scheme: "HTTPS",
      host: '${trimprefix(google_cloud_run_v2_service.mailer.uri, "https://")}',
      uri_override_enforce_mode: "ALWAYS",
    },
    oidc_token: {
      service_account_email: "${google_service_account.mails-tasks.email}",
      audience: "https://some-service.internal",
    },
  });
});

test("a service that is there already is called where it is", () => {
  const to = { url: "https://mailer.run.app", audience: "mailer" };
  expect(
    targetOf((stack) => ({ to: { ...to, grantInvoke: (as) => new SomeService(stack, "mailer").grantInvoke(as) } })),
  ).toMatchObject({ uri_override: { host: "mailer.run.app" } });
});

test("an address is taken apart; its token is for the whole of it, or for what is said", () => {
  expect(targetOf(() => ({ url }))).toMatchObject({
    uri_override: { host: "example.com", path_override: { path: "/mail" } },
    oidc_token: { service_account_email: "${google_service_account.mails-tasks.email}", audience: url },
  });
  const said = targetOf(() => ({ url: "https://example.com", audience: "mailer" }));
  expect(said).toMatchObject({ uri_override: { host: "example.com" }, oidc_token: { audience: "mailer" } });
  expect(said).not.toHaveProperty("uri_override.path_override");
});

test("as nobody, no token is sent and no account made", () => {
  const template = templateOf((stack) => {
    expect(new TaskQueue(stack, "mails", { target: { url, as: "nobody" } }).identity).toBeUndefined();
  });
  expect(template.resource(`${type}.mails`)["http_target"]).not.toHaveProperty("oidc_token");
  expect(template.allResources("google_service_account")).toEqual({});
});

test("Google's APIs take an access token, whose scope has to be said", () => {
  const template = templateOf(
    (stack) => new TaskQueue(stack, "mails", { target: { api: "https://run.googleapis.com/v2/projects/p" } }),
  );
  expect(template.resource(`${type}.mails`)["http_target"]).toMatchObject({
    uri_override: { host: "run.googleapis.com", path_override: { path: "/v2/projects/p" } },
    oauth_token: {
      service_account_email: "${google_service_account.mails-tasks.email}",
      scope: "https://www.googleapis.com/auth/cloud-platform",
    },
  });
  expect(template.resource(`${type}.mails`)["depends_on"]).toContain(
    "google_service_account_iam_member.mails-tasks-iam-serviceAccountTokenCreator-tasks-agent",
  );
  const scope = "https://www.googleapis.com/auth/bigquery";
  expect(targetOf(() => ({ api: "https://bigquery.googleapis.com", scope }))).toMatchObject({ oauth_token: { scope } });
});

test("attempts may go on for as long as a task lives", () => {
  const template = templateOf((stack) => new TaskQueue(stack, "mails", { retry: { attempts: "unlimited" } }));
  expect(template.resource(`${type}.mails`)["retry_config"]).toEqual({ max_attempts: -1 });
});

test.each([
  ["grantEnqueue", "roles/cloudtasks.enqueuer"],
  ["grantView", "roles/cloudtasks.viewer"],
  ["grantDelete", "roles/cloudtasks.taskDeleter"],
] as const)("%s gives %s on the queue", (verb, role) => {
  const template = templateOf((stack) => new TaskQueue(stack, "mails")[verb](new ServiceAccount(stack, "caller")));
  expect(Object.values(template.allResources("google_cloud_tasks_queue_iam_member"))).toEqual([
    {
      name: "${google_cloud_tasks_queue.mails.name}",
      location: "europe-west1",
      role,
      member: "${google_service_account.caller.member}",
      lifecycle: { replace_triggered_by: ["google_cloud_tasks_queue.mails.id"] },
      depends_on: ["google_service_account.caller", "time_sleep.apis"],
    },
  ]);
});

test("a queue that is there already is named in full", () => {
  const stack = aStack();
  expect(TaskQueue.fromName(stack, "ours", { name: "mails" })).toMatchObject({
    path: "projects/acme-dev/locations/europe-west1/queues/mails",
    key: "mails",
  });
  const theirs = TaskQueue.fromName(stack, "theirs", { name: "mails", project: "shop", region: "europe-west3" });
  expect(theirs).toMatchObject({ fullName: "projects/shop/locations/europe-west3/queues/mails", key: "shop-mails" });
  theirs.grantEnqueue(new ServiceAccount(stack, "caller"));
  expect(
    Template.fromStack(stack).resource("google_cloud_tasks_queue_iam_member.shop-mails-cloudtasks-enqueuer-caller"),
  ).toMatchObject({ name: "mails", location: "europe-west3", project: "shop" });
  expect(() => TaskQueue.fromName(stack, "bad", { name: "a_b" })).toThrow('name is "a_b"');
});

test("rights on a queue that somebody else owns may be theirs to give", () => {
  const stack = aStack();
  const queue = TaskQueue.fromName(stack, "theirs", { name: "mails", grants: "assume" });
  queue.grantEnqueue(new ServiceAccount(stack, "caller"));
  expect(Template.fromStack(stack).allResources("google_cloud_tasks_queue_iam_member")).toEqual({});
});

test("who makes tasks that call a service needs the queue and the account, and not the service", () => {
  const stack = aStack();
  const service = new SomeService(stack, "mailer");
  const target = new TaskTarget(stack, "mails", { queue: new TaskQueue(stack, "queue"), to: service, path: "/send" });
  const shop = new ServiceAccount(stack, "shop-account");
  const env = target.env("MAILS");
  for (const [name, text] of Object.entries(env)) {
    uses.tell(stack, { member: shop.member, where: `env ${name}`, text });
  }
  const [onQueue, onAccount] = target.grantEnqueue(shop);
  expect([onQueue.role, onAccount.role]).toEqual(["roles/cloudtasks.enqueuer", "roles/iam.serviceAccountUser"]);
  const told = Object.entries(env).map(([name, text]) => [name, plainText(text, stack)]);
  expect(Object.fromEntries(told)).toEqual({
    MAILS_QUEUE: "${google_cloud_tasks_queue.queue.id}",
    MAILS_URL: "${google_cloud_run_v2_service.mailer.uri}/send",
    MAILS_ACCOUNT: "${google_service_account.mails-tasks.email}",
    MAILS_AUDIENCE: "https://some-service.internal",
  });
  const template = Template.fromStack(stack);
  expect(template.addresses.filter((address) => address.includes("_iam_member"))).toEqual([
    "google_cloud_run_v2_service_iam_member.mailer-run-invoker-mails-tasks",
    "google_cloud_tasks_queue_iam_member.queue-cloudtasks-enqueuer-shop-account",
    "google_service_account_iam_member.mails-tasks-iam-serviceAccountOpenIdTokenCreator-tasks-agent",
    "google_service_account_iam_member.mails-tasks-iam-serviceAccountUser-shop-account",
  ]);
});

test("who is told where tasks go, and was not let make them, cannot", () => {
  const stack = aStack();
  const target = new TaskTarget(stack, "mails", {
    queue: new TaskQueue(stack, "queue"),
    to: new SomeService(stack, "mailer"),
  });
  const shop = new ServiceAccount(stack, "shop-account");
  for (const [name, text] of Object.entries(target.env("MAILS"))) {
    uses.tell(stack, { member: shop.member, where: `env ${name}`, text });
  }
  const says = messageOf(() => Template.fromStack(stack));
  expect(says).toContain("env MAILS_QUEUE names projects/acme-dev/locations/europe-west1/queues/queue");
  expect(says).toContain("env MAILS_URL names projects/acme-dev/locations/europe-west1/services/mailer");
});

test("an account that is given calls as it is, also where it is a workload's", () => {
  const stack = aStack();
  const as = new ServiceAccount(stack, "caller");
  uses.tell(stack, { member: as.member, where: "env A", text: "nothing" });
  const target = new TaskTarget(stack, "mails", {
    queue: new TaskQueue(stack, "queue"),
    to: new SomeService(stack, "mailer"),
    as,
  });
  expect(target.identity).toBe(as);
  expect(target.url).toMatch(/\/$/);
  expect(Template.fromStack(stack).addresses).toContain(
    "google_cloud_run_v2_service_iam_member.mailer-run-invoker-caller",
  );
});

test("why a right on the account is given is said, and a reason that is given stands", () => {
  const stack = aStack();
  const target = new TaskTarget(stack, "mails", {
    queue: new TaskQueue(stack, "queue"),
    to: new SomeService(stack, "mailer"),
  });
  target.grantEnqueue(new ServiceAccount(stack, "shop-account"));
  target.grantEnqueue(new ServiceAccount(stack, "desk-account"), { why: "sends mails" });
  const { whys } = (stack.toTerraform() as { "//": { journey: { whys: { [address: string]: string } } } })["//"]
    .journey;
  const user = "google_service_account_iam_member.mails-tasks-iam-serviceAccountUser";
  expect(whys[`${user}-shop-account`]).toBe("makes tasks that carry this account's token");
  expect(whys[`${user}-desk-account`]).toBe("sends mails");
  expect(whys["google_cloud_tasks_queue_iam_member.queue-cloudtasks-enqueuer-desk-account"]).toBe("sends mails");
  expect(whys["google_cloud_run_v2_service_iam_member.mailer-run-invoker-mails-tasks"]).toBe("Cloud Tasks calls as it");
});

test("a service that makes tasks for itself does not wait for itself", () => {
  const template = templateOf((stack) => {
    const service = new SomeService(stack, "mailer");
    const queue = new TaskQueue(stack, "mails", { target: { to: service } });
    const { tier } = queue.grantEnqueue(new ServiceAccount(stack, "mailer-account"));
    expect(tier).toBe("delivery");
    expect(new TaskQueue(stack, "others").grantEnqueue(new ServiceAccount(stack, "other-account")).tier).toBe("data");
  });
  expect(template.addresses).toContain("google_cloud_tasks_queue_iam_member.mails-cloudtasks-enqueuer-mailer-account");
});

test("a queue that gets no tasks is warned of", () => {
  const stack = aStack();
  new TaskQueue(stack, "mails");
  new TaskQueue(stack, "others").grantEnqueue(new ServiceAccount(stack, "caller"));
  Template.fromStack(stack);
  expect(warningsOf(stack)).toEqual([
    "test/mails: projects/acme-dev/locations/europe-west1/queues/mails gets no tasks: nobody was given the right to enqueue (grantEnqueue) [queue-unused] (https://cloud.google.com/tasks/docs/access-control)",
  ]);
});

test.each<[Partial<TaskQueueProps>, string]>([
  [{ name: "a_b" }, 'name is "a_b": Cloud Tasks takes 1 to 100 letters, digits and "-"'],
  [
    { rate: { perSecond: 501 } },
    "rate.perSecond is 501: Cloud Tasks takes more than 0 and up to 500. More go through several queues",
  ],
  [{ rate: { perSecond: 1, atOnce: 0 } }, "rate.atOnce is 0: Cloud Tasks takes 1 to 5000"],
  [{ retry: { attempts: 0 } }, 'retry.attempts is 0: Cloud Tasks takes 1 or more, or "unlimited"'],
  [{ retry: { doublings: 0.5 } }, "retry.doublings is 0.5: Cloud Tasks takes a whole number, 0 or more"],
  [{ retry: { within: "32d" } }, 'retry.within is "32d": a task takes 1s to 31d'],
  [{ retry: { backoff: { minimum: "100ms" } } }, 'retry.backoff.minimum is "100ms": a task takes whole seconds'],
  [{ retry: { backoff: { minimum: "2h" } } }, 'retry.backoff.minimum is "2h", above backoff.maximum, which is "1h"'],
  [{ logged: 2 }, "logged is 2: Cloud Tasks takes a part of all, 0 to 1"],
  [{ target: { url, headers: { Host: "a" } } }, "target.headers has Host, which Cloud Tasks sets itself"],
  [
    { target: { url, headers: { a: "x".repeat(81_919) } } },
    "target.headers are 81920 bytes: Cloud Tasks takes less than 80 KB",
  ],
])("a queue %# that is not valid says why", (props, says) => {
  expect(messageOf(() => new TaskQueue(aStack(), "mails", props))).toContain(says);
});

test("limits are good to the last", () => {
  const stack = aStack();
  const headers = { a: "x".repeat(81_918) };
  new TaskQueue(stack, "most", {
    name: "x".repeat(100),
    rate: { perSecond: 500, atOnce: 5_000 },
    retry: { attempts: 1, doublings: 0, within: "31d", backoff: { minimum: "1s", maximum: "31d" } },
    logged: 0,
    target: { url, headers },
  });
  new TaskQueue(stack, "least", { rate: { perSecond: 0.01, atOnce: 1 }, retry: { backoff: { maximum: "1s" } } });
});

test("a service that nobody may call without a token is not called as nobody", () => {
  const stack = aStack();
  const service = "projects/acme-dev/locations/europe-west1/services/mailer";
  services.tell(stack, { url: "https://mailer.run.app", service, open: false });
  new TaskQueue(stack, "mails", { target: { url: "https://mailer.run.app/send", as: "nobody" } });
  expect(() => Template.fromStack(stack)).toThrow("test/mails: calls a service that nobody may invoke without a token");
  const well = aStack();
  services.tell(well, { url: "https://mailer.run.app", service, open: false });
  new TaskQueue(well, "mails", { target: { url: "https://mailer.run.app/send" } });
  expect(Template.fromStack(well).addresses).toContain(`${type}.mails`);
});

test("who is told the name of a queue that is there already needs a right on it", () => {
  const stack = aStack();
  const shop = new ServiceAccount(stack, "shop-account");
  const queue = TaskQueue.fromName(stack, "theirs", { name: "mails" });
  uses.tell(stack, { member: shop.member, where: "env QUEUE", text: queue.path });
  expect(() => Template.fromStack(stack)).toThrow("has no right: give it one (grantEnqueue)");
});
