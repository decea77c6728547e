import * as fc from "fast-check";
import { Token } from "cdktf";
import { expect, test } from "vitest";
import { kebab, list, literal, snake } from "../../../constructs/core/text";

/** What Terraform makes of a string: its two escapes, from left to right. */
const evaluated = (text: string): string => text.replace(/\$\$\{|%%\{/g, (escape) => escape.slice(1));
/** A template that Terraform would evaluate: an opening that no escape explains. */
const hasTemplate = (text: string): boolean => /\$\{|%\{/.test(text.replace(/\$\$\{|%%\{/g, " "));

test.each([
  ["`${row.user}-${row.page}`", "`$${row.user}-$${row.page}`"],
  ["%{ if }", "%%{ if }"],
  ["$$ costs $1 and 5%", "$$ costs $1 and 5%"],
  ["$${", "$$${"],
])("Terraform leaves %s as it is", (text, escaped) => {
  expect(literal(text)).toBe(escaped);
  expect(evaluated(escaped)).toBe(text);
});

test("whatever the text, Terraform reads the text again and evaluates nothing in it", () => {
  const dangerous = fc.string({ unit: fc.constantFrom("$", "%", "{", "}", "a", "\\", '"', "\n") });
  fc.assert(
    fc.property(dangerous, (text) => {
      expect(evaluated(literal(text))).toBe(text);
      expect(hasTemplate(literal(text))).toBe(false);
    }),
  );
});

test("a reference that cdktf put into the text stays one", () => {
  const token = Token.asString({ known: "later" });
  expect(literal(`gs://${token}/\${x}`)).toBe(`gs://${token}/$\${x}`);
});

test.each([
  ["ClickEvent", "click-event", "click_event"],
  ["click_event", "click-event", "click_event"],
  ["clicks", "clicks", "clicks"],
  ["HTTP request 2", "http-request-2", "http_request_2"],
])("%s is %s where hyphens are usual and %s where underscores are", (text, withHyphens, withUnderscores) => {
  expect(kebab(text)).toBe(withHyphens);
  expect(snake(text)).toBe(withUnderscores);
});

test("names are listed as in a sentence", () => {
  expect([list([]), list(["a"]), list(["a", "b"]), list(["a", "b", "c"])]).toEqual(["", "a", "a and b", "a, b and c"]);
});
