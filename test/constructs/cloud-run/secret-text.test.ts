import { describe, expect, test } from "vitest";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { secretIn } from "../../../constructs/cloud-run/secret-text";
import { Topic } from "../../../constructs/pubsub/topic";
import { expectRefused, expectValid } from "../../../constructs/testing/expect";
import { aStack, messageOf } from "../support";
import { image } from "./support";

describe("what looks like a secret in a plain variable", () => {
  const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "x".repeat(20)].join(".");

  test.each([
    ["KEY", "-----BEGIN RSA PRIVATE KEY-----\nMII", "a private key"],
    ["CONFIG", '{"private_key": "x"}', "a service account's key"],
    ["MAPS", `AIza${"x".repeat(35)}`, "an API key of Google's"],
    ["CLIENT", `GOCSPX-${"x".repeat(28)}`, "an OAuth client's secret"],
    ["BEARER", `ya29.${"x".repeat(30)}`, "an access token of Google's"],
    ["AWS", `AKIA${"X".repeat(16)}`, "an access key of AWS's"],
    ["GIT", `ghp_${"x".repeat(36)}`, "a token of GitHub's"],
    ["GIT", `github_pat_${"x".repeat(50)}`, "a token of GitHub's"],
    ["NPM", `npm_${"x".repeat(36)}`, "a token of npm's"],
    ["SLACK", "xoxb-1234567890-abcdef", "a token of Slack's"],
    ["PAY", `sk_live_${"x".repeat(20)}`, "a key of Stripe's"],
    ["SESSION", jwt, "a signed token (JWT)"],
    ["DATABASE_URL", "postgres://app:hunter2@10.0.0.5/app", "an address with a password in it"],
    ["DB_PASSWORD", "hunter2", "what its name says"],
    ["API_KEY", "abc", "what its name says"],
    ["client_secret", "abc", "what its name says"],
  ])("%s=%s looks like %s", (name, text, what) => {
    expect(secretIn(name, text)).toBe(what);
  });

  test.each([
    ["TOPIC", "projects/acme-dev/topics/clicks"],
    ["PASSWORD", ""],
    ["PASSWORD", "projects/acme-dev/secrets/password"],
    ["API_KEY", "see the manual"],
    ["PASSWORD_LENGTH", "12"],
    ["MAX_TOKENS", "4096"],
    ["TOKEN_URL", "https://accounts.acme.example:443/token@latest"],
    ["COMMIT", "a".repeat(40)],
    ["SECRET_NAME", "api-key"],
    ["PUSHER", "push@acme-dev.iam.gserviceaccount.com"],
  ])("%s=%s looks like nothing of the kind", (name, text) => {
    expect(secretIn(name, text)).toBeUndefined();
  });

  test("is refused, without its text", () => {
    const env = { DB_PASSWORD: "hunter2" };
    const says = messageOf(() => new CloudRunService(aStack(), "service", { image, env }));
    expect(says).toContain("env DB_PASSWORD looks like what its name says, for all to read who may see the workload");
    expect(says).not.toContain("hunter2");
  });

  test("is for the stack to know that makes it up", () => {
    const stack = aStack();
    const topic = new Topic(stack, "clicks");
    const service = new CloudRunService(stack, "service", { image, env: { API_KEY: topic.path } });
    topic.grantPublish(service.identity);
    expectRefused(() => new CloudRunService(stack, "other", { image, env: { API_KEY: "x" } }), "env-secret");
    expectValid(stack);
  });
});
