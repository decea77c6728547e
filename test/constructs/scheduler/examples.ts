import * as fc from "fast-check";
import type { Construct } from "constructs";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Topic } from "../../../constructs/pubsub/topic";
import { Schedule } from "../../../constructs/scheduler/schedule";
import type { ScheduleProps } from "../../../constructs/scheduler/schedule-props";
import type { ScheduleTarget } from "../../../constructs/scheduler/target";
import type { Duration } from "../../../pipeline/duration";
import type { Examples } from "../examples";
import { SomeJob, SomeService } from "../invokable";
import { duration, maybe } from "../support";

const url = "https://example.com/report";
const schedule = (props: Partial<ScheduleProps>) => (stack: Construct) =>
  new Schedule(stack, "weekly", { cron: "0 9 * * 1", target: { url }, ...props });
const target = (of: Partial<Extract<ScheduleTarget, { readonly url: unknown }>>) =>
  schedule({ target: { url, ...of } as ScheduleTarget });
const message = (of: Partial<Extract<ScheduleTarget, { readonly topic: unknown }>>) => (stack: Construct) =>
  schedule({ target: { topic: new Topic(stack, "ticks"), data: "tick", ...of } })(stack);

const field = (low: number, high: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min: low, max: high }).map(String),
    fc
      .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
      .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}/2`),
    fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 3 }).map((list) => list.join(",")),
  );
/** Days up to the 28th, which every month has. */
export const aCron = fc
  .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7))
  .map((fields) => fields.join(" "));

const retry = fc.record({
  retries: maybe(fc.integer({ min: 0, max: 5 })),
  within: maybe(duration("1s", "1d")),
  backoff: maybe(fc.record({ minimum: maybe(duration("1s", "60s")), maximum: maybe(duration("60s", "1d")) })),
  doublings: maybe(fc.nat(16)),
});

type Targets = (scope: Construct, name: string) => ScheduleTarget;
const aTarget: fc.Arbitrary<Targets> = fc
  .record({
    kind: fc.constantFrom("to", "start", "api", "url", "nobody", "topic"),
    body: maybe(fc.constantFrom("text", { a: 1 }, [1, "${x}"])),
    deadline: maybe(duration("15s", "30m")),
    method: fc.constantFrom("POST" as const, "PUT" as const, "PATCH" as const, undefined),
    headers: maybe(fc.constant({ "X-Team": "growth" })),
  })
  .map(({ kind, ...request }): Targets => {
    if (kind === "to")
      return (scope, name) => ({ to: new SomeService(scope, `${name}-service`), path: "/run", ...request });
    if (kind === "start")
      return (scope, name) => ({ start: new SomeJob(scope, `${name}-job`), body: { overrides: {} } });
    if (kind === "api")
      return () => ({ api: "https://bigquery.googleapis.com/bigquery/v2/projects/p/jobs", ...request });
    if (kind === "url") return () => ({ url, audience: "reports", ...request });
    if (kind === "nobody") return () => ({ url, as: "nobody", ...request });
    return (scope, name) => ({ topic: new Topic(scope, `${name}-topic`), data: request.body ?? "tick" });
  });

export const examples = {
  Schedule: {
    minimal: (stack) =>
      new Schedule(stack, "every-five-minutes", {
        cron: "*/5 * * * *",
        target: { topic: new Topic(stack, "ticks"), attributes: { kind: "tick" } },
      }),
    maximal: (stack) => {
      const all: Required<ScheduleProps> = {
        name: "weekly",
        description: "the week's ${report}",
        cron: "0 9 * * 1",
        timeZone: "America/New_York",
        target: {
          to: new SomeService(stack, "reports"),
          path: "/weekly",
          as: new ServiceAccount(stack, "caller"),
          method: "PUT",
          body: { kind: "weekly", text: "${week}" },
          headers: { "X-Team": "growth" },
          deadline: "30m",
        },
        retry: { retries: 5, within: "1h", backoff: { minimum: "10s", maximum: "10m" }, doublings: 3 },
        paused: true,
        region: "europe-west3",
        overrides: { timeouts: { create: "10m" } },
      };
      return new Schedule(stack, "schedule", all);
    },
    random: fc
      .record({
        cron: aCron,
        target: aTarget,
        timeZone: maybe(fc.constantFrom("Etc/UTC", "Europe/Berlin", "America/New_York")),
        description: maybe(fc.string({ maxLength: 500 })),
        retry: maybe(retry),
        paused: maybe(fc.boolean()),
        region: maybe(fc.constant("europe-west3")),
      })
      .map(
        ({ target, ...props }) =>
          (scope, name) =>
            new Schedule(scope, name, { ...props, target: target(scope, name) }),
      ),
    faults: {
      "name-form": ["a b", "", "a.b", "x".repeat(501)].map((name) => schedule({ name })),
      "description-size": [schedule({ description: "x".repeat(501) })],
      "cron-form": ["", "* * * *", "60 * * * *", "every 5 minutes", "@daily", "0 0 31 2 *"].map((cron) =>
        schedule({ cron }),
      ),
      "timeZone-known": ["Mars/Olympus", "europe/berlin", "+01:00", ""].map((timeZone) => schedule({ timeZone })),
      "retry-range": [
        { retries: 6 },
        { retries: -1 },
        { retries: 1.5 },
        { doublings: -1 },
        { doublings: 1.5 },
        { within: "0s" as Duration },
        { backoff: { minimum: "0s" as Duration } },
        { backoff: { maximum: "25h" as Duration } },
        { backoff: { minimum: "2h" as Duration } },
      ].map((retry) => schedule({ retry })),
      "deadline-range": (["14s", "31m"] as const).map((deadline) => target({ deadline })),
      "url-form": [target({ url: "https://a b" }), target({ url: `https://${"x".repeat(2_076)}` })],
      "headers-reserved": [
        "User-Agent",
        "host",
        "Content-Length",
        "X-Google-A",
        "X-AppEngine-A",
        "X-CloudScheduler",
        "Authorization",
      ].map((name) => target({ headers: { [name]: "x" } })),
      "headers-size": [target({ headers: { "X-Long": "x".repeat(81_914) } })],
      "payload-size": [target({ body: "x".repeat(999_001) }), message({ data: "x".repeat(999_001) })],
      "message-empty": [message({ data: "" }), message({ data: undefined, attributes: {} })],
      "attributes-size": [
        message({ attributes: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`a${n}`, ""])) }),
        message({ attributes: { "": "x" } }),
        message({ attributes: { googly: "x" } }),
        message({ attributes: { ["x".repeat(257)]: "x" } }),
        message({ attributes: { a: "x".repeat(1_025) } }),
      ],
      "topic-project": [
        (stack) => message({ topic: Topic.fromName(stack, "theirs", { name: "ticks", project: "shop" }) })(stack),
      ],
    },
  },
} satisfies Examples;
