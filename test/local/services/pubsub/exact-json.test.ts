import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseExactly } from "../../../../local/services/pubsub/exact-json";

test("JSON is what JSON.parse says it is, but for the integers that are too long for it", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 2), (text, indent) => {
      const spelled = JSON.stringify(JSON.parse(text), undefined, indent);
      expect(parseExactly(spelled, Number)).toEqual(JSON.parse(spelled));
    }),
  );
});

test("a long integer keeps its digits, wherever it stands, and texts that look like one stay texts", () => {
  const long = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).filter((one) => !Number.isSafeInteger(Number(one)));
  fc.assert(
    fc.property(fc.array(long, { minLength: 1 }), fc.string({ unit: "binary" }), (values, text) => {
      const digits = values.map(String);
      const spelled = `{"a": [${digits.join(", ")}],"${digits[0]}":${JSON.stringify(`${digits[0]}${text}`)},"b":{"c":${digits[0]}}}`;
      expect(parseExactly(spelled, BigInt)).toEqual({
        a: values,
        [digits[0] ?? ""]: `${digits[0]}${text}`,
        b: { c: values[0] },
      });
    }),
  );
});

test.each([
  ["1234567890123456", 1_234_567_890_123_456],
  ["12345678901234567.5", 12_345_678_901_234_568],
  ["12345678901234567e3", 12_345_678_901_234_567e3],
  ["0.1234567890123456789", 0.123_456_789_012_345_68],
])("%s is a number", (text, value) => {
  expect(parseExactly(`[${text}]`, () => expect.unreachable())).toEqual([value]);
});

test("what is not JSON is refused", () => {
  expect(() => parseExactly("[12345678901234567890", BigInt)).toThrow(SyntaxError);
});
