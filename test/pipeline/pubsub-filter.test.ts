import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AttributeMap, FilterError, parseFilter } from "../../pipeline/pubsub-filter";

const attributes = { domain: "com", "iana.org/language_tag": "en", "ce-type": "a.b", quote: 'say "hi"\n', empty: "" };

describe("a filter", () => {
  test.each([
    ["attributes:domain", true],
    ["attributes:missing", false],
    ["attributes:toString", false],
    ['attributes:"iana.org/language_tag"', true],
    ['attributes.domain = "com"', true],
    ['attributes.domain="com"', true],
    ["attributes.domain = 'com'", true],
    ['attributes.domain = "Com"', false],
    ['attributes.ce-type = "a.b"', true],
    ['attributes.empty = ""', true],
    ['attributes.missing = ""', false],
    ['attributes.domain != "com"', false],
    ['attributes.domain != "org"', true],
    ['attributes.missing != "com"', true],
    ['attributes."iana.org/language_tag" = "en"', true],
    ['hasPrefix(attributes.domain, "co")', true],
    ['hasPrefix( attributes."domain" , "com" )', true],
    ['hasPrefix(attributes.domain, "com.")', false],
    ['hasPrefix(attributes.missing, "")', false],
    ["NOT attributes:missing", true],
    ["-attributes:missing", true],
    ["NOT NOT attributes:domain", true],
    ['attributes:domain AND attributes.domain = "com" AND NOT attributes:missing', true],
    ["attributes:missing OR attributes:domain", true],
    ["attributes:missing OR (attributes:domain AND NOT attributes:empty)", false],
    ["(attributes:missing OR attributes:domain) AND attributes:empty", true],
    ["NOT (attributes:missing OR attributes:domain)", false],
    ['attributes.quote = "say \\"hi\\"\\n"', true],
    ['attributes.domain = "\\x63\\157\\u006d"', true],
    ["attributes:NOTHING OR attributes:domain", true],
  ])("%s is %s", (text, expected) => {
    expect(parseFilter(text)(attributes)).toBe(expected);
  });

  test.each([
    ["", "position 0: expected attributes, hasPrefix( or a parenthesis, found the end"],
    ["attributes", "position 10: expected ., found the end"],
    ["attributes.", "position 11: expected an attribute's key"],
    ['attribute.a = "b"', "position 0: expected attributes"],
    ["attributes.a = b", 'position 15: expected a text in quotes, as "value", found "b"'],
    ["attributes.a == 'b'", "position 14: expected a text in quotes"],
    ['attributes.a = "b', "position 15: the text has no closing quote"],
    ['attributes.a = "\\q"', "position 16: this escape is not known"],
    ['attributes.a = "b" and attributes:c', 'position 19: expected AND, OR or the end, found "and attribut"'],
    ['attributes.a = "b" AND attributes:c OR attributes:d', "position 36: AND and OR stand in one sequence"],
    ["(attributes:a", "position 13: expected ), found the end"],
    ["attributes:a)", "position 12: expected AND, OR or the end"],
    ['hasPrefix(attributes.a "b")', "position 23: expected ,"],
    ['hasSuffix(attributes.a, "b")', "position 0: expected attributes"],
    ["attributes:a AND", "position 16: expected attributes"],
  ])("%s is refused at %s", (text, message) => {
    expect(() => parseFilter(text)).toThrow(FilterError);
    expect(() => parseFilter(text)).toThrow(message);
  });
});

/** An expression as text, and what it says of attributes. */
interface Case {
  readonly text: string;
  readonly holds: (attributes: AttributeMap) => boolean;
}

const quoted = (value: string): string =>
  `"${Array.from(value, (one) => (/[\w.]/.test(one) ? one : `\\U${one.codePointAt(0)?.toString(16).padStart(8, "0")}`)).join("")}"`;
const key = fc.constantFrom("a", "b-c", "d/e", "constructor");
const value = fc.string({ unit: "binary", maxLength: 2 });
const leaf: fc.Arbitrary<Case> = fc
  .record({ key, value, kind: fc.nat(3) })
  .map(({ key: name, value: wanted, kind }) => {
    const at = /^[\w-]+$/.test(name) ? name : quoted(name);
    const of = (attributes: AttributeMap): string | undefined =>
      Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (kind === 0) return { text: `attributes:${at}`, holds: (all) => of(all) !== undefined };
    if (kind === 1) return { text: `attributes.${at} = ${quoted(wanted)}`, holds: (all) => of(all) === wanted };
    if (kind === 2) return { text: `attributes.${at} != ${quoted(wanted)}`, holds: (all) => of(all) !== wanted };
    return {
      text: `hasPrefix(attributes.${at}, ${quoted(wanted)})`,
      holds: (all) => of(all)?.startsWith(wanted) === true,
    };
  });
const { expression } = fc.letrec<{ expression: Case }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    tie("expression").map((inner) => ({
      text: `NOT (${inner.text})`,
      holds: (all: AttributeMap) => !inner.holds(all),
    })),
    fc
      .record({ all: fc.boolean(), parts: fc.array(tie("expression"), { minLength: 2, maxLength: 3 }) })
      .map(({ all, parts }) => ({
        text: parts.map(({ text }) => `(${text})`).join(all ? " AND " : " OR "),
        holds: (given: AttributeMap) =>
          all ? parts.every((one) => one.holds(given)) : parts.some((one) => one.holds(given)),
      })),
  ),
}));

test("a filter means what its expression means", () => {
  fc.assert(
    fc.property(expression, fc.dictionary(key, value), ({ text, holds }, given) => {
      expect(parseFilter(text)(given)).toBe(holds(given));
    }),
  );
});

test("no text makes the parser do anything but answer or refuse", () => {
  const pieces = fc.constantFrom(
    "attributes",
    ".",
    ":",
    "a",
    "=",
    "!=",
    '"x"',
    "(",
    ")",
    "AND",
    "OR",
    "NOT",
    "-",
    " ",
    "hasPrefix",
    ",",
    "\\",
    '"',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 15 }), (parts) => {
      try {
        parseFilter(parts.join(""))({});
      } catch (error) {
        expect(error).toBeInstanceOf(FilterError);
      }
    }),
  );
});
