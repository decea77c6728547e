import * as fc from "fast-check";
import { expect, test } from "vitest";
import { shortened } from "../../../constructs/core/names";
import { bytesOf } from "../../../constructs/core/size";

test("a name that is too long is cut, and what was cut is told by a hash", () => {
  expect(shortened("dj-run-service-data-processing", 30)).toBe("dj-run-service-data-processing");
  expect(shortened("dj-run-service-data-processing-push", 30)).toMatch(/^dj-run-service-data-pro-[0-9a-f]{6}$/);
});

test("a cut never leaves a double hyphen", () => {
  expect(shortened("abcdefghijklmnopqrstuvw-xyz-and-more", 30)).toMatch(/^abcdefghijklmnopqrstuvw-[0-9a-f]{6}$/);
});

test("a cut never makes two names one, and never leaves one that is too long", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "-"), minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(shortened(one, 30).length).toBeLessThanOrEqual(30);
      if (one !== other) expect(shortened(one, 30)).not.toBe(shortened(other, 30));
    }),
  );
});

test("sizes are powers of two", () => {
  expect([bytesOf("1Ki"), bytesOf("512Mi"), bytesOf("1.5Gi"), bytesOf("1GB"), bytesOf("")]).toEqual([
    1024,
    536870912,
    1610612736,
    undefined,
    undefined,
  ]);
});
