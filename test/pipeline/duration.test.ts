import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../pipeline/duration";

describe("a duration", () => {
  test.each([
    ["100ms", 100, "0.1s"],
    ["30s", 30_000, "30s"],
    ["0.5s", 500, "0.5s"],
    ["0.3s", 300, "0.3s"],
    ["1m", 60_000, "60s"],
    ["1.5h", 5_400_000, "5400s"],
    ["7d", 604_800_000, "604800s"],
    ["0s", 0, "0s"],
    ["1.001s", 1_001, "1.001s"],
    ["3652500d", 315_576_000_000_000, "315576000000s"],
  ])("%s is %d ms, and %s to Google", (text, ms, canonical) => {
    expect(milliseconds(text)).toBe(ms);
    expect(seconds(text)).toBe(canonical);
  });

  test("comes back from its canonical text, whatever its unit", () => {
    const factor = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    const unit = fc.constantFrom("ms", "s", "m", "h", "d");
    fc.assert(
      fc.property(fc.nat(1_000_000), unit, (count, unit) => {
        const text = `${count}${unit}` as const;
        expect(milliseconds(text)).toBe(count * factor[unit]);
        expect(milliseconds(seconds(text))).toBe(milliseconds(text));
        expect(seconds(seconds(text))).toBe(seconds(text));
      }),
    );
  });

  test.each(["", "30", "s", "-5s", "+5s", "1e3s", "0x10s", " 5s", "5 s", "5S", "5w", ".5s", "5.s", "Infinitys"])(
    "is not %j",
    (text) => {
      expect(() => seconds(text)).toThrow(
        `"${text}" is not a duration: write a number and a unit, as in "100ms", "30s", "10m", "12h", "7d"`,
      );
    },
  );

  test("is whole in milliseconds and no longer than Google's", () => {
    expect(() => milliseconds("0.5ms")).toThrow('"0.5ms" is not a whole number of milliseconds, the finest there is');
    expect(() => milliseconds("3652501d")).toThrow('"3652501d" is longer than 10,000 years');
  });
});
