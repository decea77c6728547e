import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Decimal } from "../../../pipeline/schema/field";
import { decimal, decimalOf, normalDecimal, unitsOf, whyNotNumeric } from "../../../pipeline/schema/decimal";

const ONE = 10n ** 9n;
const LARGEST = 10n ** 38n - 1n;
const units = fc.oneof(fc.bigInt({ min: -LARGEST, max: LARGEST }), fc.bigInt({ min: -5n * ONE, max: 5n * ONE }));
const small = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
const bad = (text: string) => text as Decimal;
const abs = (n: bigint) => (n < 0n ? -n : n);

describe("a NUMERIC's text", () => {
  test("is one for each number, and gives the number back", () => {
    fc.assert(
      fc.property(units, (n) => {
        const text = decimalOf(n);
        expect(unitsOf(text)).toBe(n);
        expect(normalDecimal(text)).toBe(text);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        expect(text).not.toBe("-0");
      }),
    );
  });

  test("keeps the digits of a number however it is spelled", () => {
    const zeros = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(small, zeros, fc.integer({ min: -20, max: 20 }), (n, more, power) => {
        const point = (n < 0n ? "-" : "") + String(abs(n)).padStart(10, "0");
        const plain = `${point.slice(0, -9).replace(/^(-?)0+(?=\d)/, "$1")}.${point.slice(-9)}`;
        expect(normalDecimal(plain + "0".repeat(more))).toBe(decimalOf(n));
        expect(normalDecimal(`${n}e${-9}`)).toBe(decimalOf(n));
        if (n !== 0n) expect(normalDecimal(`${n}${"0".repeat(more)}E-${9 + more}`)).toBe(decimalOf(n));
        const shifted = normalDecimal(`${n}e${power}`);
        const exact = power >= -9 ? n * 10n ** BigInt(power + 9) : undefined;
        if (exact !== undefined && abs(exact) <= LARGEST) expect(shifted).toBe(decimalOf(exact));
      }),
    );
  });

  test.each(["", " 1", "1 ", "+1", "01", ".5", "1.", "1e", "0x1", "1,5", "NaN", "Infinity", "--1", "1_000"])(
    "is not %j",
    (text) => {
      expect(normalDecimal(text)).toBeUndefined();
      expect(whyNotNumeric(text)).toBe("is no number");
    },
  );

  test("has 29 digits before the point and 9 after it, no more", () => {
    expect(normalDecimal(`${"9".repeat(29)}.${"9".repeat(9)}`)).toBe(decimalOf(LARGEST));
    expect(normalDecimal(`1${"0".repeat(29)}`)).toBeUndefined();
    expect(whyNotNumeric(`1${"0".repeat(29)}`)).toBe("has more than 29 digits before the point");
    expect(whyNotNumeric("1e999999999999999999999")).toBe("has more than 29 digits before the point");
    expect(whyNotNumeric("0.0000000001")).toBe("has more than 9 digits after the point");
    expect(whyNotNumeric("1e-999999999999999999999")).toBe("has more than 9 digits after the point");
    expect(normalDecimal("0e-999999999999999999999")).toBe("0");
    expect(normalDecimal("-0.000")).toBe("0");
    expect(normalDecimal("-0")).toBe("0");
  });

  test("costs no more than its length, whatever is in it", () => {
    expect(whyNotNumeric(`1${"0".repeat(1_000_000)}1`)).toBe("has more than 29 digits before the point");
  });
});

describe("decimal", () => {
  test("adds and subtracts exactly", () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 10 }), small, (terms, last) => {
        const sum = terms.reduce((a, b) => a + b, 0n);
        expect(decimal.add(...terms.map(decimalOf))).toBe(decimalOf(sum));
        expect(decimal.subtract(decimalOf(sum), decimalOf(last))).toBe(decimalOf(sum - last));
      }),
    );
    expect(decimal.add("0.1", "0.2")).toBe("0.3");
    expect(decimal.add()).toBe("0");
  });

  test("compares by value", () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        expect(decimal.compare(decimalOf(a), decimalOf(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
    expect(decimal.compare("10", "9")).toBe(1);
    expect(decimal.compare("1.50", "1.5")).toBe(0);
  });

  test("multiplies and divides to half a unit of the last digit", () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        // |a * b - product * 10^9| <= 10^9 / 2, in units of 10^-18.
        const product = unitsOf(decimal.multiply(decimalOf(a), decimalOf(b)));
        expect(2n * abs(a * b - product * ONE) <= ONE).toBe(true);
        fc.pre(b !== 0n && abs(a * ONE) / abs(b) < 10n ** 38n);
        const quotient = unitsOf(decimal.divide(decimalOf(a), decimalOf(b)));
        expect(2n * abs(a * ONE - quotient * b) <= abs(b)).toBe(true);
      }),
    );
  });

  test("rounds halves away from zero, as BigQuery does", () => {
    expect(decimal.round("2.5", 0)).toBe("3");
    expect(decimal.round("-2.5", 0)).toBe("-3");
    expect(decimal.round("2.49", 1)).toBe("2.5");
    expect(decimal.round("1.005", 2)).toBe("1.01");
    expect(decimal.round("1.000000001", 9)).toBe("1.000000001");
    expect(decimal.multiply("0.000000001", "0.5")).toBe("0.000000001");
    expect(decimal.multiply("-0.000000001", "0.5")).toBe("-0.000000001");
    expect(decimal.multiply("0.000000001", "0.4")).toBe("0");
    expect(decimal.divide("1", "3")).toBe("0.333333333");
    expect(decimal.divide("2", "3")).toBe("0.666666667");
    expect(decimal.divide("-2", "3")).toBe("-0.666666667");
    expect(decimal.divide("1", "-2")).toBe("-0.5");
  });

  test("takes a number by its shortest digits", () => {
    expect(decimal.of(0.1)).toBe("0.1");
    expect(decimal.of(1 / 3)).toBe("0.333333333");
    expect(decimal.of(2 / 3)).toBe("0.666666667");
    expect(decimal.of(-0)).toBe("0");
    expect(decimal.of(1e21)).toBe(`1${"0".repeat(21)}`);
    expect(decimal.of(5e-10)).toBe("0.000000001");
    expect(decimal.of(-4e-10)).toBe("0");
    expect(decimal.of(Number.MIN_VALUE)).toBe("0");
    fc.assert(
      fc.property(fc.double({ min: -1e20, max: 1e20, noNaN: true }), (n) => {
        const error = Math.abs(Number(decimal.of(n)) - n);
        expect(error).toBeLessThanOrEqual(5e-10 + Math.abs(n) * Number.EPSILON);
      }),
    );
  });

  test("says in a sentence what it cannot do", () => {
    expect(() => decimal.divide("1", "0.0")).toThrow("decimal.divide: 1 / 0.0 divides by zero");
    expect(() => decimal.add("1", bad("x"))).toThrow('decimal.add: "x" is no number');
    expect(() => decimal.add("1", 0.5 as unknown as Decimal)).toThrow(
      "decimal.add: 0.5 is no NUMERIC: decimal.of(0.5) makes it one",
    );
    expect(() => decimal.compare(null as unknown as Decimal, "1")).toThrow("decimal.compare: null is no NUMERIC");
    expect(() => decimal.multiply("1e20", "1e20")).toThrow("has more than 29 digits: it is no NUMERIC");
    expect(() => decimal.round("1", 10)).toThrow("decimal.round: 10 digits after the point: NUMERIC has 0 to 9");
    expect(() => decimal.of(Number.NaN)).toThrow("decimal.of: NaN is not a finite number");
    expect(() => decimal.of(1e300)).toThrow("has more than 29 digits");
    expect(() => unitsOf("x")).toThrow('"x" is no number: it is no NUMERIC');
  });
});
