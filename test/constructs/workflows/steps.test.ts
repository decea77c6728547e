import { expect, test } from "vitest";
import { parse } from "yaml";
import { subworkflow, workflow } from "../../../constructs/workflows/definition";
import { definitionFaults } from "../../../constructs/workflows/definition-check";
import { env, equals, expr, isIn, not, plus, std, text } from "../../../constructs/workflows/expression";
import type { Body } from "../../../constructs/workflows/steps";
import { given } from "../../../constructs/workflows/steps-props";
import { messageOf, aStack } from "../support";
import { SomeService } from "../invokable";
import { onAMachine } from "./examples";

/** Main's steps, as they are deployed; all of them checked. */
function stepsOf(body: Body): unknown {
  const { source } = workflow(body);
  expect(definitionFaults(source)).toEqual([]);
  return (parse(source) as { main: { steps: unknown } }).main.steps;
}

test("a machine that is made, works and is taken away reads as it was written", () => {
  const source = onAMachine(new SomeService(aStack(), "worker")).source.replaceAll(/"\$\{TfToken[^"]*"/g, "THE URL");
  expect(source).toBe(`main:
  params:
    - args
  steps:
    - name the machine:
        assign:
          - project: \${sys.get_env("GOOGLE_CLOUD_PROJECT_ID")}
          - machine: \${"batch-" + args.day}
    - create the machine:
        call: googleapis.compute.v1.instances.insert
        args:
          project: \${project}
          zone: \${args.zone}
          body:
            name: \${machine}
            machineType: \${"zones/" + args.zone + "/machineTypes/e2-small"}
    - let it start:
        call: sys.sleep
        args:
          seconds: 30
    - work on it:
        try:
          steps:
            - process:
                call: http.post
                args:
                  url: THE URL
                  body:
                    machine: \${machine}
                  auth:
                    type: OIDC
                    audience: https://some-service.internal
                result: process
            - say what came of it:
                call: sys.log
                args:
                  data: \${process.body.summary}
        retry:
          predicate: \${http.default_retry_predicate}
          max_retries: 3
          backoff:
            initial_delay: 1
            max_delay: 60
            multiplier: 2
        except:
          as: work_on_it_error
          steps:
            - say what went wrong:
                call: sys.log
                args:
                  data: \${work_on_it_error.message}
                  severity: ERROR
    - delete the machine:
        call: googleapis.compute.v1.instances.delete
        args:
          project: \${project}
          zone: \${args.zone}
          instance: \${machine}
    - done:
        return: \${machine}
`);
});

test("variables are given values, and other ones; parts of them too", () => {
  expect(
    stepsOf((run) => {
      const { total, list } = run.assign("begin", { total: 0, list: [1, { a: null, b: [true] }] });
      run.set("change", [total, plus(total, 1)], [list.get(1, "a"), total]);
    }),
  ).toEqual([
    { begin: { assign: [{ total: 0 }, { list: [1, { a: null, b: [true] }] }] } },
    { change: { assign: [{ total: "${total + 1}" }, { "list[1].a": "${total}" }] } },
  ]);
});

test("an answer is kept only where it is named", () => {
  expect(
    stepsOf((run) => {
      run.call("list them", "googleapis.compute.v1.instances.list", { project: "p", zone: "z" });
      const found = run.call("list-them again", "googleapis.compute.v1.instances.list", { project: "p", zone: "z" });
      const now = run.call("now", "sys.now");
      run.return("done", { items: found.get("items"), at: text`at ${now}` });
    }),
  ).toEqual([
    { "list them": { call: "googleapis.compute.v1.instances.list", args: { project: "p", zone: "z" } } },
    {
      "list-them again": {
        call: "googleapis.compute.v1.instances.list",
        args: { project: "p", zone: "z" },
        result: "list_them_again",
      },
    },
    { now: { call: "sys.now", result: "now" } },
    { done: { return: { items: "${list_them_again.items}", at: '${"at " + now}' } } },
  ]);
});

test("requests are made by each method, with what they need", () => {
  expect(
    stepsOf((run) => {
      run.http.get("get", {
        url: text`https://${env("GOOGLE_CLOUD_LOCATION")}`,
        query: { a: 1 },
        headers: { b: "c" },
        timeout: "30m",
      });
      run.http.post("post", { url: "https://a", body: { b: 1 }, auth: "OIDC" });
      run.http.put("put", { url: "https://a", auth: "OAuth2" });
      run.http.patch("patch", { url: "https://a", auth: { type: "OAuth2", scopes: "s" } });
      run.http.delete("delete", { url: "https://a", auth: { type: "OIDC", audience: "b" } });
    }),
  ).toEqual([
    {
      get: {
        call: "http.get",
        args: {
          url: '${"https://" + sys.get_env("GOOGLE_CLOUD_LOCATION")}',
          query: { a: 1 },
          headers: { b: "c" },
          timeout: 1800,
        },
      },
    },
    { post: { call: "http.post", args: { url: "https://a", body: { b: 1 }, auth: { type: "OIDC" } } } },
    { put: { call: "http.put", args: { url: "https://a", auth: { type: "OAuth2" } } } },
    { patch: { call: "http.patch", args: { url: "https://a", auth: { type: "OAuth2", scopes: "s" } } } },
    { delete: { call: "http.delete", args: { url: "https://a", auth: { type: "OIDC", audience: "b" } } } },
  ]);
});

test("loops go over lists and ranges; the index is there where it is asked for", () => {
  expect(
    stepsOf((run) => {
      run.for("each", { in: ["a", "b"] }, (run, item) => run.log("say", item));
      run.for("count", { range: [1, 3], as: "number" }, (run, number, index) => run.log("tell", plus(number, index)));
      run.for("skip", { range: [1, 3] }, (run) => run.goto("on", "continue"));
    }),
  ).toEqual([
    {
      each: {
        for: { value: "item", in: ["a", "b"], steps: [{ say: { call: "sys.log", args: { data: "${item}" } } }] },
      },
    },
    {
      count: {
        for: {
          value: "number",
          index: "number_index",
          range: [1, 3],
          steps: [{ tell: { call: "sys.log", args: { data: "${number + number_index}" } } }],
        },
      },
    },
    { skip: { for: { value: "item", range: [1, 3], steps: [{ on: { next: "continue" } }] } } },
  ]);
});

const nested = (as?: string) => (): unknown =>
  workflow((run) => {
    run.for("outer", { in: [] }, (run) => run.block("b", (run) => run.for("inner", { in: [], as }, () => {})));
  });

test("a loop within a loop has a variable of its own", () => {
  expect(messageOf(nested())).toBe(
    'step inner loops with item, as a loop around it does: give it another name, { as: "..." }',
  );
  expect(nested("other")).not.toThrow();
});

test("branches and turns run at the same time, and change what they share", () => {
  expect(
    stepsOf((run) => {
      const { total } = run.assign("begin", { total: 0 });
      run.parallel(
        "both",
        { one: (run) => run.sleep("wait", "90s"), two: (run) => run.set("count", [total, 1]) },
        { shared: [total] },
      );
      run.parallelFor("all", { in: [1] }, (run, item) => run.log("say", item), { concurrency: 3, onError: "continue" });
      run.parallel("alone", { one: (run) => run.sleep("nap", expr("${1 + 1}")) }, { onError: "stop" });
    }),
  ).toEqual([
    { begin: { assign: [{ total: 0 }] } },
    {
      both: {
        parallel: {
          shared: ["total"],
          branches: [
            { one: { steps: [{ wait: { call: "sys.sleep", args: { seconds: 90 } } }] } },
            { two: { steps: [{ count: { assign: [{ total: 1 }] } }] } },
          ],
        },
      },
    },
    {
      all: {
        parallel: {
          exception_policy: "continueAll",
          concurrency_limit: 3,
          for: { value: "item", in: [1], steps: [{ say: { call: "sys.log", args: { data: "${item}" } } }] },
        },
      },
    },
    {
      alone: {
        parallel: { branches: [{ one: { steps: [{ nap: { call: "sys.sleep", args: { seconds: "${1 + 1}" } } }] } }] },
      },
    },
  ]);
});

test("of several ways the first is gone whose condition holds", () => {
  expect(
    stepsOf((run) => {
      const { code } = run.assign("begin", { code: 1 });
      run.switch(
        "which",
        [
          { when: equals(code, 1), do: (run) => run.log("one", "one", "DEBUG") },
          { when: equals(code, 2), goto: "end" },
          { when: equals(code, 3), return: code },
          { when: false, raise: { message: "no" } },
        ],
        (run) => run.log("other", { a: code }),
      );
      run.switch("or none", [{ when: not(isIn(code, [1])), goto: "which" }]);
      run.if(
        "if",
        equals(code, 4),
        (run) => run.log("four", "4"),
        (run) => run.log("five", "5"),
      );
    }),
  ).toEqual([
    { begin: { assign: [{ code: 1 }] } },
    {
      which: {
        switch: [
          {
            condition: "${code == 1}",
            steps: [{ one: { call: "sys.log", args: { data: "one", severity: "DEBUG" } } }],
          },
          { condition: "${code == 2}", next: "end" },
          { condition: "${code == 3}", return: "${code}" },
          { condition: false, raise: { message: "no" } },
          { condition: true, steps: [{ other: { call: "sys.log", args: { data: { a: "${code}" } } } }] },
        ],
      },
    },
    { "or none": { switch: [{ condition: "${not (code in [1])}", next: "which" }] } },
    {
      if: {
        switch: [
          { condition: "${code == 4}", steps: [{ four: { call: "sys.log", args: { data: "4" } } }] },
          { condition: true, steps: [{ five: { call: "sys.log", args: { data: "5" } } }] },
        ],
      },
    },
  ]);
});

const but =
  (name: string): Body =>
  (run) =>
    run.sleep(name, "1s");
const waits = (name: string): object => ({ steps: [{ [name]: { call: "sys.sleep", args: { seconds: 1 } } }] });

test("what fails is tried again as it is worth it, and then handled", () => {
  const worth = subworkflow("worth_it", { error: given }, (run, { error }) =>
    run.return("done", equals(error.get("code"), 418)),
  );
  const backoff = { initial: "1s", maximum: "1m", multiplier: 3 } as const;
  const steps = stepsOf((run) => {
    run.try("once more", but("a"), { retry: "idempotent" });
    run.try("or less", but("b"), { retry: "non-idempotent" });
    run.try("always", but("c"), { retry: { when: "always", retries: 5, backoff } });
    run.try("surely", but("d"), { retry: { when: "non-idempotent", retries: 5, backoff } });
    run.try("own", but("e"), { retry: { when: worth, retries: 5, backoff } });
    run.try("not again", but("f"), { except: (run, error) => run.raise("again", error.tags.get(0)) });
  });
  const more = { max_retries: 5, backoff: { initial_delay: 1, max_delay: 60, multiplier: 3 } };
  const again = { as: "not_again_error", steps: [{ again: { raise: "${not_again_error.tags[0]}" } }] };
  expect(steps).toEqual([
    { "once more": { try: waits("a"), retry: "${http.default_retry}" } },
    { "or less": { try: waits("b"), retry: "${http.default_retry_non_idempotent}" } },
    { always: { try: waits("c"), retry: { predicate: "${retry.always}", ...more } } },
    { surely: { try: waits("d"), retry: { predicate: "${http.default_retry_predicate_non_idempotent}", ...more } } },
    { own: { try: waits("e"), retry: { predicate: "${worth_it}", ...more } } },
    { "not again": { try: waits("f"), except: again } },
  ]);
});

test("steps may be one", () => {
  expect(stepsOf((run) => run.block("both", (run) => run.return("a", 1)))).toEqual([
    { both: { steps: [{ a: { return: 1 } }] } },
  ]);
});

test("a subworkflow comes along once, with those that it calls itself", () => {
  const inner = subworkflow("inner", {}, (run) => run.return("done", 1));
  const outer = subworkflow("outer", { number: given, times: 2, note: null }, (run, { number, times }) => {
    run.call("again", outer, { number });
    run.return("done", plus(number, times, run.call("inner", inner, {})));
  });
  const { source } = workflow((run) => {
    run.call("one", outer, { number: 1 });
    run.return("two", run.call("other", outer, { number: 1, times: 3 }));
  });
  expect(definitionFaults(source)).toEqual([]);
  expect(parse(source)).toEqual({
    main: {
      params: ["args"],
      steps: [
        { one: { call: "outer", args: { number: 1 } } },
        { other: { call: "outer", args: { number: 1, times: 3 }, result: "other" } },
        { two: { return: "${other}" } },
      ],
    },
    outer: {
      params: ["number", { times: 2 }, { note: null }],
      steps: [
        { again: { call: "outer", args: { number: "${number}" } } },
        { inner: { call: "inner", args: {}, result: "inner" } },
        { done: { return: "${number + times + inner}" } },
      ],
    },
    inner: { params: [], steps: [{ done: { return: 1 } }] },
  });
});

test("two subworkflows of one name are not mixed up", () => {
  const one = subworkflow("sub", {}, (run) => run.return("done", 1));
  const other = subworkflow("sub", {}, (run) => run.return("done", 2));
  const both = () => workflow((run) => [run.call("a", one, {}), run.call("b", other, {})]);
  expect(messageOf(both)).toBe("two subworkflows are called sub: give one of them another name");
});

test("what must be given is, and what is of another name is not: TypeScript says so", () => {
  const sub = subworkflow("sub", { number: given, times: 1 }, (run, { number }) => run.return("done", number));
  const { source } = workflow<{ day: string }>((run, args) => {
    // @ts-expect-error -- number has no default
    run.call("a", sub, { times: 1 });
    // @ts-expect-error -- the arguments have a day, and no month
    run.log("b", args.month);
    // @ts-expect-error -- the library has no such function
    run.log("c", std("text.spilt", "a"));
  });
  expect(definitionFaults(source).map(({ says }) => says.split(",")[0])).toEqual([
    "does not give sub its number",
    "calls text.spilt",
  ]);
});

test("texts that older YAML takes for something else are in quotes, long ones in one line", () => {
  const { source } = workflow((run) => run.return("done", ["yes", "on", "1:20", "x ".repeat(100)]));
  expect(source).toContain('- "yes"');
  expect(source).toContain('- "on"');
  expect(source).toContain(`- "${"x ".repeat(100)}"`);
});
