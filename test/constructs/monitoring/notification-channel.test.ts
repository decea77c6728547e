import { TerraformVariable, Testing } from "cdktf";
import { expect, test } from "vitest";
import type { Destination, NotificationChannelProps } from "../../../constructs/monitoring/channel-props";
import { AlertPolicy } from "../../../constructs/monitoring/alert-policy";
import { NotificationChannel } from "../../../constructs/monitoring/notification-channel";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Template } from "../../../constructs/testing/template";
import type { GcpStack } from "../../../constructs/core/stack";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

const address = "google_monitoring_notification_channel";

test("a channel of which nothing is said", () => {
  expect(templateOf(examples.NotificationChannel.minimal).resource(`${address}.ops`)).toEqual({
    display_name: "ops",
    type: "email",
    labels: { email_address: "ops@acme.example" },
    depends_on: ["time_sleep.apis"],
  });
});

test("a channel of which all is said", () => {
  const template = templateOf(examples.NotificationChannel.maximal, { prefix: "alice", labels: { stage: "dev" } });
  expect(template.resource(`${address}.slack`)).toEqual({
    display_name: "alice: Slack, all of it",
    description: "what $${everybody} reads",
    type: "slack",
    labels: { channel_name: "#alerts" },
    sensitive_labels: { auth_token: "${var.token}" },
    enabled: true,
    force_delete: true,
    user_labels: { stage: "dev", team: "growth" },
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
});

/** The variables that a stack asks for. */
const variablesIn = (stack: GcpStack): object | undefined =>
  (JSON.parse(Testing.synth(stack)) as { readonly variable?: object }).variable;

const variable = (path: string) => ({
  type: "string",
  description: `What test/${path} proves by who it is`,
  nullable: false,
  sensitive: true,
});

test.each<[string, Destination, object, string | undefined]>([
  ["Slack", { slack: "#alerts" }, { type: "slack", labels: { channel_name: "#alerts" } }, "ops_team_token"],
  ["PagerDuty", { pagerDuty: {} }, { type: "pagerduty" }, "ops_team_service_key"],
  [
    "a webhook of a user",
    { webhook: "https://acme.example", user: "google" },
    { type: "webhook_basicauth", labels: { url: "https://acme.example", username: "google" } },
    "ops_team_password",
  ],
  [
    "a webhook",
    { webhook: "https://acme.example" },
    { type: "webhook_tokenauth", labels: { url: "https://acme.example" } },
    undefined,
  ],
  ["Google Chat", { googleChat: "spaces/AAAA" }, { type: "google_chat", labels: { space: "spaces/AAAA" } }, undefined],
])("%s is told, and its secret is a variable where it has one", (_, to, resource, secret) => {
  const stack = aStack();
  new NotificationChannel(stack, "ops-team", { to });
  const made = Template.fromStack(stack).resource(`${address}.ops-team`);
  expect(made).toMatchObject(resource);
  expect(variablesIn(stack)).toEqual(secret === undefined ? undefined : { [secret]: variable("ops-team") });
  if (secret === undefined) expect(made).not.toHaveProperty("sensitive_labels");
  else expect(Object.values(made["sensitive_labels"] as object)).toEqual([`\${var.${secret}}`]);
});

test("a secret that is given is a reference, and no variable is asked for", () => {
  const stack = aStack();
  const secret = new TerraformVariable(stack, "secret", { sensitive: true }).stringValue;
  new NotificationChannel(stack, "a", { to: { pagerDuty: { serviceKey: secret } } });
  new NotificationChannel(stack, "b", { to: { webhook: "https://a", user: "google", password: secret } });
  new NotificationChannel(stack, "c", { to: { webhook: secret } });
  const template = Template.fromStack(stack);
  expect(template.resource(`${address}.a`)["sensitive_labels"]).toEqual({ service_key: "${var.secret}" });
  expect(template.resource(`${address}.b`)["sensitive_labels"]).toEqual({ password: "${var.secret}" });
  expect(template.resource(`${address}.c`)["labels"]).toEqual({ url: "${var.secret}" });
  expect(Object.keys(variablesIn(stack) ?? {})).toEqual(["secret"]);
});

test("a topic is told after Monitoring may publish to it", () => {
  const template = templateOf((stack) => {
    const topic = new Topic(stack, "alarms");
    new PullSubscription(stack, "read", { topic });
    new NotificationChannel(stack, "robots", { to: { topic } });
  });
  const channel = template.resource(`${address}.robots`);
  expect(channel).toMatchObject({ type: "pubsub", labels: { topic: "${google_pubsub_topic.alarms.id}" } });
  const [granted] = Object.entries(template.allResources("google_pubsub_topic_iam_member"));
  expect(granted?.[1]).toMatchObject({
    role: "roles/pubsub.publisher",
    topic: "${google_pubsub_topic.alarms.name}",
    member: "${google_project_service_identity.monitoring.member}",
  });
  expect(channel["depends_on"]).toContain(`google_pubsub_topic_iam_member.${granted?.[0]}`);
});

test("a channel that is there already is found by its title, at every plan", () => {
  const template = templateOf((stack) => {
    const phone = NotificationChannel.fromTitle(stack, "phone", { title: "On ${call}", type: "sms", project: "acme" });
    new AlertPolicy(stack, "late", { when: { promql: "up" }, runbook: "Look.", channels: [phone] });
  });
  expect(template.resource(`data.${address}.phone`)).toEqual({
    display_name: "On $${call}",
    type: "sms",
    project: "acme",
  });
  expect(template.resource("google_monitoring_alert_policy.late")["notification_channels"]).toEqual([
    "${data.google_monitoring_notification_channel.phone.name}",
  ]);
});

test("two channels of one name are refused, found ones too", () => {
  const stack = aStack();
  NotificationChannel.fromTitle(stack, "phone", { title: "a" });
  const inner = new NotificationChannel(stack, "ops", { to: { email: "a@b.c" } });
  expect(messageOf(() => NotificationChannel.fromTitle(inner, "phone", { title: "b" }))).toContain("is taken by");
});

test.each<[Partial<NotificationChannelProps>, string]>([
  [
    { name: "The team" },
    'name is "The team": an address is of letters, digits, "_" and "-", a letter first. Say what people read as title',
  ],
  [{ title: "" }, "title has 0 characters: Monitoring takes 1 to 512"],
  [{ description: "x".repeat(1_025) }, "description has 1025 characters: Monitoring takes 1024"],
  [{ to: { email: "ops" } }, 'to.email is "ops": write name@domain'],
  [{ to: { slack: "alerts" } }, 'to.slack is "alerts": write a channel as Slack does, "#alerts"'],
  [{ to: { googleChat: "A" } }, 'to.googleChat is "A": write spaces/ID, as it is in the address of the space'],
  [{ to: { webhook: "https://a.b /c" } }, 'to.webhook is "https://a.b /c": Monitoring calls https addresses'],
  [{ to: { webhook: " https://a.b" } }, 'to.webhook is " https://a.b"'],
  [{ to: { email: "ops@acme.example x" } }, 'to.email is "ops@acme.example x"'],
  [{ to: { email: "a b@acme.example" } }, 'to.email is "a b@acme.example"'],
  [{ to: { slack: "x#alerts" } }, 'to.slack is "x#alerts"'],
  [{ to: { slack: "#alerts now" } }, 'to.slack is "#alerts now"'],
  [{ to: { googleChat: "x/spaces/A" } }, 'to.googleChat is "x/spaces/A"'],
  [{ to: { googleChat: "spaces/A/b" } }, 'to.googleChat is "spaces/A/b"'],
  [{ name: "1st" }, 'name is "1st"'],
  [{ name: "ops team" }, 'name is "ops team"'],
  [{ to: { webhook: "http://a.b" } }, 'to.webhook is "http://a.b": Monitoring calls https addresses'],
  [{ to: { slack: "#a", token: "xoxb" } }, "to.token holds a secret as a text, for all to read who may read this code"],
  [{ to: { pagerDuty: { serviceKey: "k" } } }, "to.pagerDuty.serviceKey holds a secret as a text"],
  [{ to: { webhook: "https://a.b", user: "u", password: "p" } }, "to.password holds a secret as a text"],
  [
    { to: { webhook: "https://a.b?a=1&authToken=c" } },
    "to.webhook holds a secret as a text, for all to read who may read this code. Give a reference to a Terraform variable",
  ],
])("what is wrong is said: %#", (props, sentence) => {
  const stack = aStack();
  const to = { email: "ops@acme.example" };
  expect(messageOf(() => new NotificationChannel(stack, "ops", { to, ...props }))).toContain(sentence);
});

test("a password is said with a user", () => {
  const stack = aStack();
  const password = new TerraformVariable(stack, "secret", {}).stringValue;
  expect(
    messageOf(() => new NotificationChannel(stack, "ops", { to: { webhook: "https://a.b", password } })),
  ).toContain("to.password is said without to.user: Monitoring sends both, or neither");
});

test("what is just within the limits is taken", () => {
  const stack = aStack();
  const to = { email: "ops@acme.example" };
  const good: readonly Partial<NotificationChannelProps>[] = [
    { title: "x".repeat(512) },
    { description: "x".repeat(1_024) },
    { to: { slack: `#${"a".repeat(80)}` } },
    { to: { webhook: "https://a.b/tokens?page=1" } },
    { name: "Ops_team-1" },
  ];
  for (const [index, props] of good.entries()) {
    expect(() => new NotificationChannel(stack, `good-${index}`, { to, ...props })).not.toThrow();
  }
});
