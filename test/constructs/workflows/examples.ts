import type { Construct } from "constructs";
import * as fc from "fast-check";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { subworkflow, workflow } from "../../../constructs/workflows/definition";
import { env, equals, isIn, not, plus, std, text, type Value } from "../../../constructs/workflows/expression";
import { given } from "../../../constructs/workflows/steps-props";
import type { Body } from "../../../constructs/workflows/steps";
import { Workflow } from "../../../constructs/workflows/workflow";
import type { WorkflowProps } from "../../../constructs/workflows/workflow-props";
import type { Examples } from "../examples";
import { SomeService } from "../invokable";
import { anEncryptionKey, labels, maybe } from "../support";

/** A machine is made, works, and is taken away again, also where the work failed. */
export const onAMachine = (worker: SomeService) =>
  workflow<{ zone: string; day: string }>((run, args) => {
    const { project, machine } = run.assign("name the machine", {
      project: env("GOOGLE_CLOUD_PROJECT_ID"),
      machine: text`batch-${args.day}`,
    });
    run.call("create the machine", "googleapis.compute.v1.instances.insert", {
      project,
      zone: args.zone,
      body: { name: machine, machineType: text`zones/${args.zone}/machineTypes/e2-small` },
    });
    run.sleep("let it start", "30s");
    run.try(
      "work on it",
      (run) => {
        const answer = run.invoke("process", worker, { path: "/process", body: { machine } });
        run.log("say what came of it", answer.body.get("summary"));
      },
      {
        retry: { retries: 3, backoff: { initial: "1s", maximum: "60s" } },
        except: (run, error) => run.log("say what went wrong", error.message, "ERROR"),
      },
    );
    run.call("delete the machine", "googleapis.compute.v1.instances.delete", {
      project,
      zone: args.zone,
      instance: machine,
    });
    run.return("done", machine);
  });

const hello = workflow((run) => run.return("done", "hello"));
const source = (text: string) => ({ definition: { source: text } });
const flow = (props: Partial<WorkflowProps>) => (stack: Construct) =>
  new Workflow(stack, "orders", { definition: hello, ...props });
const main = (...lines: readonly string[]) =>
  flow(source(["main:", "  steps:", ...lines.map((line) => `    ${line}`)].join("\n")));

const aBody: fc.Arbitrary<Body> = fc
  .array(
    fc.constantFrom(
      "assign",
      "log",
      "http",
      "for",
      "parallel",
      "parallelFor",
      "switch",
      "try",
      "block",
      "sleep",
      "sub",
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((kinds): Body => (run) => {
    const { total } = run.assign("begin", { total: 0 });
    const twice = subworkflow("twice", { number: given, times: 2 }, (run, { number, times }) =>
      run.return("product", plus(number, times)),
    );
    for (const [index, kind] of kinds.entries()) {
      const name = `${kind} ${index}`;
      const more: Body = (run) => run.set(`${name} more`, [total, plus(total, 1)]);
      if (kind === "assign") run.assign(name, { [`list_${index}`]: [1, { a: "${" }, total] as Value });
      if (kind === "log") run.log(name, text`total ${total}: ${std("sys.now")}`, "INFO");
      if (kind === "http")
        run.if(`${name} answered`, equals(run.http.get(name, { url: "https://example.com" }).code, 200), more);
      if (kind === "for") run.for(name, { range: [1, 3] }, more);
      if (kind === "parallel")
        run.parallel(name, { one: more, other: (run) => run.sleep(`${name} wait`, "1s") }, { shared: [total] });
      if (kind === "parallelFor")
        run.parallelFor(name, { in: [1, 2] }, more, { shared: [total], concurrency: 2, onError: "continue" });
      if (kind === "switch") run.switch(name, [{ when: not(isIn("a", [total])), goto: "end" }], more);
      if (kind === "try")
        run.try(name, more, { retry: "idempotent", except: (run, error) => run.raise(`${name} again`, error) });
      if (kind === "block") run.block(name, more);
      if (kind === "sleep") run.sleep(name, "90s");
      if (kind === "sub") run.call(name, twice, { number: total });
    }
  });

export const examples = {
  Workflow: {
    minimal: (stack) => new Workflow(stack, "hello", { definition: hello }),
    maximal: (stack) => {
      const all: Required<WorkflowProps> = {
        name: "batch",
        definition: onAMachine(new SomeService(stack, "worker")),
        description: "Works on a ${machine}",
        env: { TABLE: "${orders}" },
        identity: new ServiceAccount(stack, "batch-worker"),
        callLog: "all",
        history: "detailed",
        encryptionKey: anEncryptionKey(stack),
        labels: { team: "growth" },
        region: "europe-west3",
        overrides: { timeouts: { create: "10m" } },
      };
      return new Workflow(stack, "flow", all);
    },
    random: fc
      .record({
        body: aBody,
        description: maybe(fc.string({ maxLength: 1_000 })),
        env: maybe(fc.constant({ TABLE: "orders" })),
        callLog: fc.constantFrom("all" as const, "errors" as const, "none" as const, undefined),
        history: fc.constantFrom("basic" as const, "detailed" as const, undefined),
        labels: maybe(labels),
        region: maybe(fc.constant("europe-west3")),
      })
      .map(
        ({ body, ...props }) =>
          (scope, name) =>
            new Workflow(scope, name, { ...props, definition: workflow(body) }),
      ),
    faults: {
      "name-form": ["1a", "", "a b", "a-", "x".repeat(65)].map((name) => flow({ name })),
      "labels-form": [flow({ labels: { Team: "growth" } })],
      "description-size": [flow({ description: "x".repeat(1_001) })],
      "definition-file": [flow({ definition: { file: "flows/none.yaml" } })],
      "definition-form": [
        flow(source("a: [")),
        flow(source("1")),
        flow(source("")),
        flow(source("other:\n  steps:\n    - a:\n        return: 1")),
        flow(source("main:\n  params: [a, b]\n  steps:\n    - a:\n        return: 1")),
        flow(source("main: {}")),
        main("- a:", "    assing: []"),
        main("- a:", "    return: 1", "    raise: 2"),
        main("- a: {}"),
      ],
      "definition-steps": [
        main("- a:", "    return: 1", "- a:", "    return: 2"),
        main("- a:", "    next: b"),
        main("- a:", "    next: break"),
        main("- a:", "    call: http.gat"),
        main("- a:", "    call: http.get"),
        main("- a:", "    call: sys.now", "    args:", "        zone: UTC"),
        main("- a:", "    call: googleapis.compute"),
      ],
      "definition-variables": [
        main("- a:", "    return: ${b}"),
        main("- a:", "    assign:", "        - and: 1"),
        main(
          "- a:",
          "    parallel:",
          "        shared: [b]",
          "        branches:",
          "            - c:",
          "                steps:",
          "                    - d:",
          "                        assign:",
          "                            - e: 1",
        ),
      ],
      "definition-expressions": [
        main("- a:", "    return: ${1 +}"),
        main("- a:", "    return: 'https://${1}'"),
        main("- a:", '    return: ${text.spilt("a", "b")}'),
        main("- a:", "    return: ${len()}"),
        main("- a:", "    return: '${http.get(\"https://a\")}'"),
      ],
      "definition-limits": [
        main("- a:", `    return: \${"${"x".repeat(400)}"}`),
        main("- a:", "    assign:", ...Array.from({ length: 51 }, (_, n) => `        - a${n}: 1`)),
        main("- a:", "    call: sys.sleep", "    args:", "        seconds: 31536001"),
        flow(source(`main:\n  steps:\n    - a:\n        return: "${"x".repeat(131_072)}"`)),
      ],
      "env-form": [
        { GOOGLE_A: "" },
        { WORKFLOWS_A: "" },
        { "": "" },
        { A: "x".repeat(4_097) },
        Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`A${n}`, ""])),
      ].map((env) => flow({ env })),
      "env-missing": [
        flow({ definition: workflow((run) => run.return("done", env("TABLE"))) }),
        flow({
          env: { OTHER: "" },
          ...source('main:\n  steps:\n    - a:\n        return: "${sys.get_env(\\"TABLE\\")}"'),
        }),
      ],
    },
  },
} satisfies Examples;
