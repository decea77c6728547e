import { expect, test } from "vitest";
import { declaration, isFunctionName, notADeclaration } from "../../../pipeline/udf/declaration";
import { functionOf } from "./function-of";

const LIMIT = 3;

const sourceOf = (text: string): unknown => declaration(functionOf(text), "redact");

test.each([
  ["(message) => message", "function redact(message) {\n  return message;\n}"],
  ["function (message, metadata) { return null; }", "function redact(message, metadata) {\n  return null;\n}"],
  [
    "({ data, attributes }) => ({ data, attributes })",
    "function redact({data, attributes}) {\n  return {\n    data,\n    attributes\n  };\n}",
  ],
  // It may change what it is given, and look at the clock: nobody else sees that.
  [
    "(message) => { message.data = String(Date.now()); return message; }",
    "function redact(message) {\n  message.data = String(Date.now());\n  return message;\n}",
  ],
])("%s becomes a declaration", (text, source) => {
  expect(sourceOf(text)).toEqual({ source });
});

test("what a function names outside of itself does not go with it", () => {
  expect(declaration((message: { readonly data: string }) => message.data.length > LIMIT, "redact")).toEqual({
    obstacles: [
      {
        what: ' uses "LIMIT", which is defined outside of it',
        excerpt: "message => message.data.length > LIMIT",
        wayOut: "hand it in: write LIMIT into the function",
      },
    ],
  });
});

test("a function answers at once, and is one whose text can be read", () => {
  expect(sourceOf("async (message) => message")).toMatchObject({ obstacles: [{ what: " is async" }] });
  expect(sourceOf("Math.max")).toMatchObject({
    obstacles: [{ what: " is built in or bound, so there is no source to carry" }],
  });
});

test("a text declares the function that it is to declare", () => {
  expect(notADeclaration("const PI = 3;\nfunction redact(message) { return message; }", "redact")).toBeUndefined();
  expect(notADeclaration("function redact(message) {", "redact")).toBe("is not JavaScript: Unexpected token");
  expect(notADeclaration("function other(message) { return message; }", "redact")).toBe(
    "does not declare a function redact",
  );
  expect(notADeclaration("const redact = (message) => message;", "redact")).toBe("does not declare a function redact");
});

test.each([
  ["redact", true],
  ["$a_1", true],
  ["", false],
  ["1a", false],
  ["two words", false],
  ["a){}//", false],
  ["class", false],
])("a function may be called %j: %s", (name, may) => {
  expect(isFunctionName(name)).toBe(may);
});
