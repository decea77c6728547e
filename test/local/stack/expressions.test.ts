import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateTemplate } from "../../../local/stack/evaluate";
import { parseTemplate, SyntaxProblem } from "../../../local/stack/parse";
import { UnusableValue, type Value } from "../../../local/stack/values";

const names: { readonly [name: string]: Value } = {
  google_pubsub_topic: {
    "dj-pubsub-topic": { id: "projects/acme-dev/topics/clicks", labels: { team: "games" } },
    many: [{ id: "a" }, { id: "b" }],
  },
  google_cloud_run_v2_service: { proxy: { template: { containers: { image: "registry/proxy" } } } },
  var: { count: 3, name: "clicks", on: true, nothing: null },
};
const valueOf = (text: string): Value => evaluateTemplate(parseTemplate(text), (name) => names[name]);
/** As constructs write text that is not a template. */
const escaped = (text: string): string => text.replaceAll("${", () => "$${").replaceAll("%{", () => "%%{");

describe("references", () => {
  test.each<[string, Value]>([
    ["${google_pubsub_topic.dj-pubsub-topic.id}", "projects/acme-dev/topics/clicks"],
    ["//${google_pubsub_topic.dj-pubsub-topic.id}/x", "//projects/acme-dev/topics/clicks/x"],
    ['${google_pubsub_topic.dj-pubsub-topic.labels["team"]}', "games"],
    ["${google_pubsub_topic.dj-pubsub-topic.labels}", { team: "games" }],
    ["${google_pubsub_topic.many[1].id}", "b"],
    ["${google_pubsub_topic.many.1.id}", "b"],
    ["${google_pubsub_topic.many[*].id}", ["a", "b"]],
    ["${google_pubsub_topic.many.*.id}", ["a", "b"]],
    ["${google_pubsub_topic.dj-pubsub-topic[*].id}", ["projects/acme-dev/topics/clicks"]],
    ["${var.nothing[*].id}", []],
    ["${var.count}", 3],
    ["${var.on}", true],
    ["n=${var.count} on=${var.on}", "n=3 on=true"],
  ])("%s", (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  test("a block that occurs once is an object in the JSON and a list of one to those who refer to it", () => {
    expect(valueOf("${google_cloud_run_v2_service.proxy.template[0].containers[0].image}")).toBe("registry/proxy");
  });

  test("what a resource does not have is named, beside what it has", () => {
    expect(() => valueOf("${google_pubsub_topic.dj-pubsub-topic.kms_key_name}")).toThrow(
      "google_pubsub_topic.dj-pubsub-topic has no kms_key_name here; it has id, labels",
    );
    expect(() => valueOf("${google_pubsub_topic.many[2].id}")).toThrow("has 2 elements, none at 2");
    expect(() => valueOf("x ${var.nothing}")).toThrow("var.nothing is null, where text is wanted");
  });
});

describe("text", () => {
  test.each([
    ["plain", "plain"],
    ["", ""],
    ["`$${click.user}`", "`${click.user}`"],
    ["100%%{x}", "100%{x}"],
    ["$$ and % alone { }", "$$ and % alone { }"],
    ["$${a}${var.name}$${b}", "${a}clicks${b}"],
    ["a ${~ var.name ~} b", "aclicksb"],
    ['${"quoted \\"${var.name}\\"\\n\\u0041"}', 'quoted "clicks"\nA'],
  ])("%s", (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  test("text that was escaped for Terraform comes back as it was, whatever it is", () => {
    const pieces = fc.array(fc.oneof(fc.constantFrom("${", "%{", "{", "}", "`", '"', "\\"), fc.string()));
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join("");
        expect(valueOf(escaped(text))).toBe(text);
      }),
    );
  });

  test.each([
    ["${var.name", '"}" is missing'],
    ['${"open}', "a quote is not closed"],
    ["${}", "a value is missing"],
    ["%{ if x }", "%{ directives are not read here"],
    ["${[for x var.name : x]}", '"in" is missing'],
  ])("%s is refused with its place", (text, why) => {
    expect(() => parseTemplate(text)).toThrow(SyntaxProblem);
    expect(() => parseTemplate(text)).toThrow(why);
  });
});

describe("operators and loops", () => {
  test.each<[string, Value]>([
    ["${1 + 2 * 3}", 7],
    ["${(1 + 2) * 3 - -1}", 10],
    ["${7 % 4 == 3 && !false}", true],
    ['${var.count >= 3 ? "many" : "few"}', "many"],
    ["${var.count > 3 || var.nothing == null}", true],
    ['${[1, "a", true]}', [1, "a", true]],
    ['${{a = 1, "b" : 2}}', { a: 1, b: 2 }],
    ["${[for topic in google_pubsub_topic.many : topic.id]}", ["a", "b"]],
    ['${[for i, topic in google_pubsub_topic.many : "${i}-${topic.id}" if i > 0]}', ["1-b"]],
    ["${{for topic in google_pubsub_topic.many : topic.id => upper(topic.id)}}", { a: "A", b: "B" }],
  ])("%s", (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  test("dividing by nothing is an error that says what nothing is", () => {
    expect(() => valueOf("${1 / (var.count - 3)}")).toThrow("var.count - 3 is 0");
  });
});

describe("functions", () => {
  test.each<[string, Value]>([
    ['${join(",", ["a", "b"], ["c"])}', "a,b,c"],
    ['${jsonencode({b = [1, true, null], a = "<x>"})}', '{"a":"\\u003cx\\u003e","b":[1,true,null]}'],
    ['${jsondecode("{\\"a\\": [1]}").a[0]}', 1],
    ['${lower("ABC")}${upper("d")}', "abcD"],
    ['${format("%s-%03d of %.1f%% %q", "a", 7, 12.34, "q")}', 'a-007 of 12.3% "q"'],
    ['${formatlist("%s/%s", ["a", "b"], "x")}', ["a/x", "b/x"]],
    ['${replace("a.b.c", ".", "-")}', "a-b-c"],
    ['${replace("a1b22", "/([0-9]+)/", "<$1>")}', "a<1>b<22>"],
    ['${regex("([a-z]+)-([0-9]+)", "abc-12")}', ["abc", "12"]],
    ['${regex("(?P<word>[a-z]+)", "abc-12").word}', "abc"],
    ['${split("/", "a/b")}', ["a", "b"]],
    ['${element(["a", "b"], 3)}', "b"],
    ['${lookup({a = 1}, "b", 2)}', 2],
    ["${merge({a = 1, b = 1}, {b = 2})}", { a: 1, b: 2 }],
    ["${concat([1], [2, 3])[2]}", 3],
    ['${coalesce("", null, "x")}', "x"],
    ["${flatten([[1, [2]], 3])}", [1, 2, 3]],
    ['${distinct(["a", "a", "b"])}', ["a", "b"]],
    ['${toset(["b", "a", "b"])}', ["a", "b"]],
    ["${max(1, 5, 3)}", 5],
    ["${max([1, 5, 3]...)}", 5],
    ['${base64encode("x")}', "eA=="],
    ['${sha256("x")}', "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"],
    ['${substr("hello", 1, 3)}${substr("hello", -2, -1)}', "elllo"],
    ['${trimprefix("gs://b", "gs://")}', "b"],
    ["${try(var.name.nothing, var.missing, 4)}", 4],
    ["${can(var.name)}${can(var.missing)}", "truefalse"],
    ["${range(3)}", [0, 1, 2]],
    ['${zipmap(["a"], [1])}', { a: 1 }],
    ["${chunklist([1, 2, 3], 2)}", [[1, 2], [3]]],
    ["${sum([1, 2.5])}", 3.5],
    ['${sort(["b", "a"])}', ["a", "b"]],
    ["${one([])}", null],
    ['${urlencode("a b&c!")}', "a+b%26c%21"],
    ['${title("hello big world")}', "Hello Big World"],
    ["${sensitive(var.name)}", "clicks"],
  ])("%s", (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  test.each([
    ['${cidrsubnet("10.0.0.0/8", 8, 1)}', "does not know this function"],
    ["${timestamp()}", "it gives another value each time"],
    ['${regex("x", "abc")}', "does not match x"],
    ['${regex("(", "abc")}', "the pattern ( cannot be read"],
    ['${jsondecode("{")}', "the text is not JSON"],
    ['${join(",", "a")}', "a list is wanted, and a string was given"],
    ['${format("%s")}', "there is no argument for %s"],
    ['${format("x", 1)}', "1 arguments are given, and the text takes 0"],
  ])("%s is an error that shows the call", (text, why) => {
    expect(() => valueOf(text)).toThrow(UnusableValue);
    expect(() => valueOf(text)).toThrow(why);
    expect(() => valueOf(text)).toThrow(/^\w+\(/);
  });
});
