import { expect, test } from "vitest";
import { pipeline, schema, string } from "../../pipeline";
import { specText } from "../../pipeline/spec-text";

test("what Terraform would take for a template is an escape, and the same JSON", () => {
  const Line = schema("line", { line: string({ description: "as in ${line} or %{ if line }, $${ too" }) });
  const made = pipeline("templates", { lines: Line }, ({ lines }) => ({
    out: lines.filter((row) => `${row.line}%{x}` !== "\\${" && row.line !== "$${}"),
  }));
  const text = specText(made);
  expect(text).not.toContain("${");
  expect(text).not.toContain("%{");
  expect(text).toContain("as in \\u0024{line} or \\u0025{ if line }, $\\u0024{ too");
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(made)));
  expect(specText(made.toJSON())).toBe(text);
});

test("it is written by lines, so that a plan shows what changed, and ends with one", () => {
  const Line = schema("line", { line: string() });
  const text = specText(pipeline("lines", { lines: Line }, ({ lines }) => ({ lines })));
  expect(text.split("\n")[1]).toBe('  "version": 1,');
  expect(text.endsWith("}\n")).toBe(true);
});
