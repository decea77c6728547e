import * as fc from "fast-check";
import type { Construct } from "constructs";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { TaskQueue } from "../../../constructs/tasks/task-queue";
import type { QueueTarget, TaskQueueProps } from "../../../constructs/tasks/task-queue-props";
import { TaskTarget, type TaskTargetProps } from "../../../constructs/tasks/task-target";
import type { Duration } from "../../../pipeline/duration";
import type { Examples } from "../examples";
import { SomeService } from "../invokable";
import { duration, maybe } from "../support";

const queue = (props: Partial<TaskQueueProps>) => (stack: Construct) => new TaskQueue(stack, "mails", props);
const url = "https://example.com/mail";

const retry = fc.record({
  attempts: maybe(fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.constant("unlimited" as const))),
  within: maybe(duration("1s", "31d")),
  backoff: maybe(fc.record({ minimum: maybe(duration("1s", "60s")), maximum: maybe(duration("60s", "31d")) })),
  doublings: maybe(fc.nat(16)),
});

type Targets = (scope: Construct, name: string) => QueueTarget;
const aTarget: fc.Arbitrary<Targets> = fc
  .record({
    kind: fc.constantFrom("to", "url", "nobody", "api"),
    method: fc.constantFrom("POST" as const, "GET" as const, undefined),
    headers: maybe(fc.constant({ "X-Team": "growth" })),
    query: maybe(fc.constant("a=1")),
    when: fc.constantFrom("always" as const, "if-missing" as const, undefined),
  })
  .map(({ kind, ...request }): Targets => {
    if (kind === "to") return (scope, name) => ({ to: new SomeService(scope, `${name}-service`), ...request });
    if (kind === "url") return () => ({ url, ...request });
    if (kind === "nobody") return () => ({ url, as: "nobody", ...request });
    return () => ({ api: "https://run.googleapis.com/v2/projects/p", ...request });
  });

export const examples = {
  TaskQueue: {
    minimal: (stack) => new TaskQueue(stack, "mails"),
    maximal: (stack) => {
      const all: Required<TaskQueueProps> = {
        name: "mails",
        rate: { perSecond: 10, atOnce: 50 },
        retry: { attempts: 5, within: "3600s", backoff: { minimum: "1s", maximum: "600s" }, doublings: 16 },
        logged: 0.5,
        target: {
          to: new SomeService(stack, "mailer"),
          path: "/send",
          as: new ServiceAccount(stack, "caller"),
          method: "PUT",
          headers: { "X-Team": "${growth}" },
          query: "kind=mail",
          when: "if-missing",
        },
        region: "europe-west3",
        overrides: { timeouts: { create: "10m" } },
      };
      return new TaskQueue(stack, "queue", all);
    },
    random: fc
      .record({
        rate: maybe(
          fc.record({
            perSecond: maybe(fc.double({ min: 0.001, max: 500, noNaN: true })),
            atOnce: maybe(fc.integer({ min: 1, max: 5_000 })),
          }),
        ),
        retry: maybe(retry),
        logged: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
        target: maybe(aTarget),
        region: maybe(fc.constant("europe-west3")),
      })
      .map(
        ({ target, ...props }) =>
          (scope, name) =>
            new TaskQueue(scope, name, { ...props, target: target?.(scope, name) }),
      ),
    faults: {
      "name-form": ["a_b", "", "a b", "x".repeat(101)].map((name) => queue({ name })),
      "rate-range": [
        { perSecond: 0 },
        { perSecond: 501 },
        { perSecond: -1 },
        { perSecond: NaN },
        { atOnce: 0 },
        { atOnce: 5_001 },
        { atOnce: 1.5 },
      ].map((rate) => queue({ rate })),
      "retry-range": [
        { attempts: 0 },
        { attempts: 1.5 },
        { doublings: -1 },
        { doublings: 0.5 },
        { within: "32d" as Duration },
        { backoff: { minimum: "0s" as Duration } },
        { backoff: { minimum: "2h" as Duration } },
      ].map((retry) => queue({ retry })),
      "logged-range": [-0.1, 1.1, NaN].map((logged) => queue({ logged })),
      "target-headers": [
        ...["Host", "x-cloudtasks-queuename", "X-Google-A", "X-AppEngine-A", "User-Agent", "content-length"].map(
          (name) => queue({ target: { url, headers: { [name]: "a" } } }),
        ),
        queue({ target: { url, headers: { a: "x".repeat(81_919) } } }),
      ],
    },
  },
  TaskTarget: {
    minimal: (stack) =>
      new TaskTarget(stack, "mails", { queue: new TaskQueue(stack, "queue"), to: new SomeService(stack, "mailer") }),
    maximal: (stack) => {
      const all: Required<TaskTargetProps> = {
        queue: new TaskQueue(stack, "queue"),
        to: new SomeService(stack, "mailer"),
        path: "/send",
        as: new ServiceAccount(stack, "caller"),
      };
      return new TaskTarget(stack, "mails", all);
    },
    random: fc.record({ path: maybe(fc.constant("/send" as const)) }).map((props) => (scope, name) => {
      const queue = new TaskQueue(scope, `${name}-queue`);
      return new TaskTarget(scope, name, { ...props, queue, to: new SomeService(scope, `${name}-service`) });
    }),
    faults: {},
  },
} satisfies Examples;
