import { expect, test } from "vitest";
import { definitionFaults } from "../../../constructs/workflows/definition-check";

const found = (source: string): readonly string[] =>
  definitionFaults(source).map(({ kind, line, where, says }) => `${line} ${kind}: ${where} ${says}`);
/** Steps of main, from the third line on. */
const inMain = (steps: string): readonly string[] =>
  found(`main:\n  steps:\n${steps.replace(/^\n/, "").replace(/^ {2}/gm, "    ")}`);

test("all that a definition can be made of is well", () => {
  expect(
    found(`
main:
  params: [args]
  steps:
    - begin with names:
        assign:
          - total: 0
          - zone: \${args.zone}
          - list: [1, 2]
          - list[0]: \${list[1] + 1}
          - map: { "a b": 1 }
          - map["a b"]: \${len(list)}
          - policy: \${default(map.get(args, ["a", "b"]), "none")}
        next: loop
    - loop:
        for:
          value: item
          index: at
          in: \${list}
          steps:
            - skip:
                switch:
                  - condition: \${at == 0}
                    next: continue
                  - condition: \${item > 5}
                    next: break
                  - condition: \${item == 4}
                    return: \${item}
                  - condition: true
                    steps:
                      - add:
                          assign:
                            - total: \${total + item}
    - range:
        for: { value: n, range: [1, 3], steps: [{ wait: { call: sys.sleep, args: { seconds: 1 } } }] }
    - over:
        for: { value: n, range: "\${[1, total]}", steps: [{ nothing: { next: continue } }] }
    - beside:
        parallel:
          shared: [total]
          concurrency_limit: 2
          exception_policy: continueAll
          branches:
            - one:
                steps:
                  - local:
                      assign: [{ own: 1 }, { total: "\${total + own}" }]
            - two:
                call: sys.log
                args: { text: two }
    - many:
        parallel:
          for:
            value: item
            in: [1, 2]
            steps:
              - inner:
                  parallel:
                    branches: [{ a: { return: 1 } }, { b: { raise: "\${item}" } }]
    - attempt:
        try:
          call: http.get
          args: { url: https://example.com, auth: { type: OIDC }, timeout: 1800 }
          result: answer
        retry: \${http.default_retry}
        except:
          as: error
          steps:
            - known:
                switch:
                  - condition: \${"HttpError" in error.tags and error.code == 404}
                    return: null
            - again:
                raise: \${error}
    - attempt steps:
        try:
          steps:
            - get:
                call: googleapis.compute.v1.instances.get
                args: { project: p }
                result: got
        retry:
          predicate: \${worth}
          max_retries: 3
          backoff: { initial_delay: 1, max_delay: 60, multiplier: 2 }
    - attempt list:
        try: [{ x: { call: gke.request } }, { y: { call: shell.gcloud } }, { z: { call: experimental.executions.run } }]
        retry: \${retry.always}
    - sub:
        call: worth
        args: { error: '\${got}' }
        result: answer
    - in expression:
        assign: [{ secret: '\${googleapis.secretmanager.v1.projects.secrets.versions.accessString("a")}' }]
    - block:
        steps:
          - within:
              assign: [{ later: "\${answer.body}" }]
    - done:
        return: { of: "\${later}", and: "\${worth(error_of)}", text: "\${ is no expression", plain: "$1 {a}" }
        next: end
    - jumped over:
        assign: [{ error_of: "\${worth(1, true)}" }]
worth:
  params: [error, sure: false]
  steps:
    - answer:
        return: \${error != null and sure}
`),
  ).toEqual([]);
});

test("main may be a list of steps, or JSON", () => {
  expect(found("- a:\n    return: 1\n")).toEqual([]);
  expect(found('{"main": {"steps": [{"a": {"return": "${1 + 1}"}}]}}')).toEqual([]);
});

test("what stands for a value that is known only at apply is no expression", () => {
  expect(
    found("- a:\n    return: ${TfToken[TOKEN.1]}\n- b:\n    return: ${TfToken[TOKEN.1]}-${TfToken[TOKEN.2]}\n"),
  ).toEqual([]);
});

test.each([
  ["", ["1 form: definition is neither a list of steps nor a map of workflows with main among them"]],
  ["text", ["1 form: definition is neither a list of steps nor a map of workflows with main among them"]],
  ["other:\n  steps:\n    - a:\n        return: 1", ["1 form: definition has no main, where a workflow begins"]],
  ["main: 1", ["1 form: main has a workflow that is no map", "1 form: main has no steps"]],
  ["main:\n  params: []", ["2 form: main has no steps"]],
  ["main:\n  step: []\n  steps: []", ["2 form: main has step, which a workflow does not take: params, steps"]],
  ["main:\n  params: args\n  steps: []", ["2 form: main has params that is no list"]],
  [
    "main:\n  params: [a, b]\n  steps: []",
    ["2 form: main has 2 params: main takes one, a map of all that it is started with"],
  ],
  ["main:\n  steps: {}", ["2 form: main has steps that is no list"]],
  [
    "main:\n  steps:\n    - a",
    ["3 form: main has a step that is no map", '3 form: main has a step of 0 names: begin each with "- name:"'],
  ],
  [
    "main:\n  steps:\n    - a: { return: 1 }\n      b: 1",
    ['3 form: main has a step of 2 names: begin each with "- name:"'],
  ],
])("a definition %# that has not the form of one", (source, says) => {
  expect(found(source)).toEqual(says);
});

test("a text that is no YAML is told with its line, and why an expression may be the reason", () => {
  expect(found("- a:\n    return: [1\n")[0]).toMatch(/^3 form: definition is no YAML: Flow sequence/);
  expect(found('- a:\n    return: ${"b: " + c}\n')).toEqual([
    '2 form: definition is no YAML: Nested mappings are not allowed in compact mappings. An expression within [] or {}, or with ": " or " #" in it, stands between single quotes',
  ]);
  expect(found("- a:\n    return: b: c\n")[0]).not.toContain("single quotes");
});

test.each([
  [
    "- a: {}",
    "3 form: main, step a does nothing: give it one of assign, call, for, parallel, raise, return, steps, switch, try",
  ],
  ["- a: 1", "3 form: main, step a has a step that is no map"],
  ["- a: { return: 1, raise: 2 }", "3 form: main, step a is several things at once: raise and return"],
  ["- a: { return: 1, result: b }", "3 form: main, step a has result, which no return step takes"],
  ["- a: { nxt: b }", "3 form: main, step a has nxt, which no step takes"],
  ["- a: { assign: { b: 1 } }", "3 form: main, step a has assign that is no list"],
  ["- a: { call: [b] }", "3 form: main, step a has a call that is no name"],
  ["- a: { call: sys.now, args: 1 }", "3 form: main, step a has args that is no map"],
  ["- a: { switch: [{ next: end }] }", "3 form: main, step a has a case without a condition"],
  ["- a: { switch: [{ condition: true, retrun: 1 }] }", "3 form: main, step a has retrun, which no step takes"],
  ["- a: { for: { value: b, steps: [] } }", "3 form: main, step a goes over in or over range: it needs one of them"],
  [
    "- a: { for: { value: b, in: [], range: [1, 2], steps: [] } }",
    "3 form: main, step a goes over in or over range: it needs one of them",
  ],
  ["- a: { for: { value: b, range: [1], steps: [] } }", "3 form: main, step a has a range that is not [first, last]"],
  ["- a: { for: { in: [], steps: [] } }", "3 form: main, step a has no value, the variable of a loop"],
  ["- a: { for: { value: b, in: [] } }", "3 form: main, step a has no steps to repeat"],
  [
    "- a: { for: { value: b, in: [], steps: [], step: 1 } }",
    "3 form: main, step a has step, which for does not take: value, index, in, range, steps",
  ],
  ["- a: { parallel: {} }", "3 form: main, step a has branches or for: it needs one of them"],
  [
    "- a: { parallel: { branches: [{ b: { return: 1 } }], for: { value: c, in: [], steps: [] } } }",
    "3 form: main, step a has branches or for: it needs one of them",
  ],
  [
    "- a: { parallel: { exception_policy: stop, branches: [{ b: { return: 1 } }] } }",
    "3 form: main, step a has an exception_policy that is not continueAll",
  ],
  ["- a: { try: { return: 1 } }", "3 form: main, step a tries without retry and except, which changes nothing"],
  ["- a: { try: { return: 1 }, except: { as: b } }", "3 form: main, step a has an except without steps"],
  [
    "- a: { try: { return: 1 }, except: { az: b, steps: [] } }",
    "3 form: main, step a has az, which except does not take: as, steps",
  ],
  [
    "- a: { assign: [{ b: 1 }] }\n  - a: { return: 1 }",
    "4 steps: main, step a has the name of another step: a step's name is unique in its workflow",
  ],
  ["- a: { next: b }", "3 steps: main, step a goes on with b, which is no step that can be reached from there"],
  ["- a: { next: break }", "3 steps: main, step a goes on with break outside of a loop"],
  ["- a: { next: continue }", "3 steps: main, step a goes on with continue outside of a loop"],
  [
    "- a: { for: { value: b, in: [], steps: [{ c: { parallel: { branches: [{ d: { next: break } }] } } }] } }",
    "3 steps: main goes on with break outside of a loop",
  ],
  [
    "- a: { parallel: { branches: [{ b: { steps: [{ c: { next: z } }] } }] } }\n  - z: { return: 1 }",
    "3 steps: main, step c goes on with z, which is no step that can be reached from there",
  ],
  [
    "- a: { parallel: { branches: [{ b: { steps: [{ c: { return: 1 } }] } }] } }\n  - z: { next: c }",
    "4 steps: main, step z goes on with c, which is no step that can be reached from there",
  ],
  [
    "- a: { switch: [{ condition: true, next: z }] }",
    "3 steps: main goes on with z, which is no step that can be reached from there",
  ],
  [
    "- a: { call: htpp.get }",
    "3 steps: main, step a calls htpp.get, which is neither in the standard library nor a subworkflow here",
  ],
  [
    "- a: { call: sys.sleap }",
    "3 steps: main, step a calls sys.sleap, which is neither in the standard library nor a subworkflow here. There are sys.get_env, sys.log, sys.now, sys.sleep, sys.sleep_until",
  ],
  [
    "- a: { call: googleapis.compute.instances }",
    "3 steps: main, step a calls googleapis.compute.instances: connectors are named as googleapis.SERVICE.VERSION.METHOD",
  ],
  ["- a: { call: sys.sleep }", "3 steps: main, step a does not give sys.sleep its seconds"],
  [
    "- a: { call: sys.now, args: { zone: UTC } }",
    "3 steps: main, step a gives sys.now zone, which it does not take: it takes nothing",
  ],
  [
    "- a: { call: time.parse, args: { value: 1, zone: UTC } }",
    "3 steps: main, step a gives time.parse zone, which it does not take: value",
  ],
  ["- a: { return: '${b}' }", "3 variables: main, step a names b, which is no variable there"],
  ["- a: { return: '${[b.c[0], 1]}' }", "3 variables: main, step a names b, which is no variable there"],
  [
    "- a: { call: sys.log, args: { data: [{ x: '${b}' }] } }",
    "3 variables: main, step a names b, which is no variable there",
  ],
  [
    "- a: { switch: [{ condition: '${b}', next: end }] }",
    "3 variables: main, step a names b, which is no variable there",
  ],
  [
    "- a: { try: { return: 1 }, retry: { max_retries: '${b}' } }",
    "3 variables: main, step a names b, which is no variable there",
  ],
  [
    "- a: { parallel: { concurrency_limit: '${b}', branches: [{ c: { return: 1 } }] } }",
    "3 variables: main, step a names b, which is no variable there",
  ],
  [
    "- a: { assign: [{ 1b: 1 }] }",
    '3 variables: main, step a assigns 1b, which is no variable: letters, digits and "_", a letter first',
  ],
  [
    "- a: { assign: [{ null: 1 }] }",
    '3 variables: main, step a assigns null, which is no variable: letters, digits and "_", a letter first',
  ],
  [
    "- a: { call: sys.now, result: not }",
    '3 variables: main, step a assigns not, which is no variable: letters, digits and "_", a letter first',
  ],
  [
    "- a: { for: { value: b, in: [1], steps: [{ c: { assign: [{ d: 1 }] } }] } }\n  - e: { return: '${b + d}' }",
    "4 variables: main, step e names b, which is no variable there",
  ],
  [
    "- a: { try: { return: 1 }, except: { as: b, steps: [{ c: { raise: '${b}' } }] } }\n  - e: { return: '${b}' }",
    "4 variables: main, step e names b, which is no variable there",
  ],
  [
    "- a: { parallel: { branches: [{ b: { assign: [{ c: 1 }] } }, { d: { return: '${c}' } }] } }",
    "3 variables: main names c, which is no variable there",
  ],
  [
    "- a: { assign: [{ b: 1 }] }\n  - c: { parallel: { branches: [{ d: { assign: [{ b: 2 }] } }] } }",
    "4 variables: main assigns b, a variable from outside of its parallel step: list it in shared there",
  ],
  [
    "- a: { assign: [{ b: 1 }] }\n  - c: { parallel: { for: { value: d, in: [1], steps: [{ e: { call: sys.now, result: b } }] } } }",
    "4 variables: main, step e assigns b, a variable from outside of its parallel step: list it in shared there",
  ],
  [
    "- a: { assign: [{ b: 1 }] }\n  - c: { parallel: { branches: [{ d: { parallel: { shared: [b], branches: [{ e: { assign: [{ b: 2 }] } }] } } }] } }",
    "4 variables: main assigns b, a variable from outside of its parallel step: list it in shared there",
  ],
  [
    "- a: { parallel: { shared: [b], branches: [{ c: { return: 1 } }] } }",
    "3 variables: main, step a shares b, which is no variable outside of it",
  ],
  [
    "- a: { return: '${1 +}' }",
    "3 expressions: main, step a ${1 +} is no expression: it ends where a value or an operator is missing",
  ],
  [
    "- a: { assign: [{ b: {} }, { 'b[': 1 }] }",
    "3 expressions: main, step a b[ is no expression: it ends where a value or an operator is missing",
  ],
  [
    "- a: { return: 'https://${b}/c' }",
    '3 expressions: main, step a has ${ within the text https://${b}/c: an expression is the whole of a value, ${"a text " + value}, and is not escaped for Terraform',
  ],
  ["- a: { return: '$${1}' }", "3 expressions: main, step a has ${ within the text $${1}"],
  [
    "- a: { return: '${text.spilt}' }",
    "3 expressions: main, step a names text.spilt, which is not in the standard library. There are text.decode",
  ],
  [
    "- a: { return: '${splt(1)}' }",
    "3 expressions: main, step a calls splt, which is neither in the standard library nor a subworkflow here",
  ],
  ["- a: { return: '${len()}' }", "3 expressions: main, step a calls len with 0 values: it takes 1"],
  ["- a: { return: '${len(1, 2)}' }", "3 expressions: main, step a calls len with 2 values: it takes 1"],
  [
    "- a: { return: '${sys.get_env(\"A\", 1, 2)}' }",
    "3 expressions: main, step a calls sys.get_env with 3 values: it takes 1 to 2",
  ],
  [
    "- a: { return: '${http.get(\"https://a\")}' }",
    "3 expressions: main, step a calls http.get in an expression: it waits, and stands in a call step of its own",
  ],
  [
    "- a: { assign: [{ b: 1 }, { c: '${b.d()}' }] }",
    "3 expressions: main, step a calls a value: functions are called by their names",
  ],
  ["- a: { return: '${len(1)(2)}' }", "3 expressions: main, step a calls a value: functions are called by their names"],
  ["- a: { return: '${[1][len(b)]}' }", "3 variables: main, step a names b, which is no variable there"],
])("a step %s is told where it is wrong", (steps, says) => {
  expect(inMain(`  ${steps}`)[0]?.slice(0, says.length)).toBe(says);
});

test("a long text is cut short where it is spoken of", () => {
  expect(inMain(`  - a: { return: "${"x".repeat(70)}\${b}" }`)[0]).toContain(`the text ${"x".repeat(60)}...:`);
});

test("subworkflows are called by their parameters", () => {
  const twice = "twice:\n  params: [number, times: 2]\n  steps:\n    - a: { return: '${number * times}' }\n";
  const calling = (step: string) => found(`main:\n  steps:\n    - ${step}\n${twice}`);
  expect(calling("a: { call: twice, args: { number: 1, times: 3 } }")).toEqual([]);
  expect(calling("a: { return: '${twice(1)}' }")).toEqual([]);
  expect(calling("a: { call: twice }")).toEqual(["3 steps: main, step a does not give twice its number"]);
  expect(calling("a: { call: twice, args: { number: 1, by: 2 } }")).toEqual([
    "3 steps: main, step a gives twice by, which it does not take: number, times",
  ]);
  expect(calling("a: { return: '${twice()}' }")).toEqual([
    "3 expressions: main, step a calls twice with 0 values: it takes 1 to 2",
  ]);
  expect(found("main:\n  steps: []\ntwo:\n  params: [1: 2, {}]\n  steps: []\n")).toEqual([]);
});

test("faults of a subworkflow are told with its name, and its variables are its own", () => {
  expect(
    found("main:\n  steps:\n    - a: { assign: [{ b: 1 }] }\nother:\n  steps:\n    - a: { return: '${b}' }\n"),
  ).toEqual(["6 variables: other, step a names b, which is no variable there"]);
});

test("a subworkflow is not called as a function of the library", () => {
  expect(found("main:\n  steps: []\nlen:\n  steps: []\n")).toEqual([
    "4 steps: len has the name of a function of the standard library: give it another one",
  ]);
});

test("a variable may be called as a module of the library", () => {
  expect(inMain("  - a: { assign: [{ list: [1] }, { list: '${list.concat(list, 2)}' }] }")).toEqual([]);
});

const many = (count: number, each: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => each(n)).join(", ");

test.each([
  [
    (n: number) => `- a: { assign: [${many(n, (i) => `{ a${i}: 1 }`)}] }`,
    50,
    "main, step a has 51 assignments: Workflows takes 50 in a step",
  ],
  [
    (n: number) => `- a: { switch: [${many(n, () => "{ condition: true, next: end }")}] }`,
    50,
    "main, step a has 51 conditions: Workflows takes 50 in a step",
  ],
  [
    (n: number) => `- a: { parallel: { branches: [${many(n, (i) => `{ b${i}: { return: 1 } }`)}] } }`,
    10,
    "main, step a has 11 branches: Workflows takes 1 to 10. Loop over a list in parallel for more",
  ],
  [
    (n: number) => {
      const nested = (depth: number): string =>
        depth === 0 ? "return: 1" : `parallel: { branches: [{ b: { ${nested(depth - 1)} } }] }`;
      return `- a: { ${nested(n)} }`;
    },
    2,
    "main is parallel within 2 parallel steps: Workflows takes 2 in all",
  ],
  [
    (n: number) => `- a: { return: "\${${"1+".repeat((n - 4) / 2)}${n % 2 === 0 ? "1" : "11"}}" }`,
    400,
    "main, step a has an expression of 401 characters: Workflows takes 400. Assign a part of it first",
  ],
  [
    (n: number) => `- a: { call: sys.sleep, args: { seconds: ${n} } }`,
    31_536_000,
    "main, step a sleeps 31536001 seconds: Workflows runs a year at most, 31536000",
  ],
  [
    (n: number) => `- a: { call: http.get, args: { url: x, timeout: ${n} } }`,
    1_800,
    "main, step a waits 1801 seconds for an answer: Workflows waits 1800 at most",
  ],
])("a limit %# is good to the last, and not beyond", (steps, most, says) => {
  const expression = most === 400;
  expect(inMain(`  ${steps(most + (expression ? -1 : 0))}`)).toEqual([]);
  expect(inMain(`  ${steps(most + 1)}`)).toEqual([`3 limits: ${says}`]);
});

test("less than nothing is no time", () => {
  expect(inMain("  - a: { call: sys.sleep, args: { seconds: 0 } }")).toEqual([]);
  expect(inMain("  - a: { call: sys.sleep, args: { seconds: -1 } }")[0]).toContain("sleeps -1 seconds");
  expect(inMain("  - a: { call: http.get, args: { url: x, timeout: 0 } }")[0]).toContain("waits 0 seconds");
  expect(inMain("  - a: { parallel: { branches: [] } }")[0]).toContain("has 0 branches");
  expect(inMain("  - a: { call: sys.log, args: { timeout: 9999 } }")).toEqual([]);
});

const sub = (count: number): string =>
  `main:\n  steps: []\nsub:\n  params: [${many(count, (n) => `p${n}`)}]\n  steps: []\n`;

test("a subworkflow has at most ten parameters", () => {
  expect(found(sub(10))).toEqual([]);
  expect(found(sub(11))).toEqual(["4 limits: sub has 11 params: Workflows takes 10"]);
});

const frame = "- a:\n    return: ";
const sized = (bytes: number): string => `${frame}${"x".repeat(bytes - frame.length)}`;

test("a definition has at most 128 KiB", () => {
  expect(found(sized(131_072))).toEqual([]);
  expect(found(sized(131_073))).toEqual([
    "1 limits: definition is 131073 bytes: Workflows takes 131072. Give a part of it a workflow of its own",
  ]);
});
