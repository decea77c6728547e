import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  microsecondsOf,
  millisecondsOf,
  normalTimestamp,
  parseEpoch,
  timestampOfMicroseconds,
  timestampOf,
  timestampOfMilliseconds,
} from "../../../pipeline/schema/timestamp";

const FIRST = -62_135_596_800_000n * 1_000n;
const LAST = 253_402_300_799_999_999n;
const micros = fc.bigInt({ min: FIRST, max: LAST });
const millis = fc.integer({ min: Number(FIRST / 1_000n), max: Number(LAST / 1_000n) });
const pad = (n: number) => String(n).padStart(2, "0");
const epoch = (digits: string, encoding: Parameters<typeof parseEpoch>[1]) => {
  const instant = parseEpoch(digits, encoding);
  return instant && timestampOf(instant.seconds, instant.micros);
};

describe("a timestamp's text", () => {
  test("is the one of Date, with microseconds", () => {
    fc.assert(
      fc.property(millis, (at) => {
        expect(timestampOfMilliseconds(at)).toBe(new Date(at).toISOString().replace("Z", "000Z"));
        expect(millisecondsOf(timestampOfMilliseconds(at))).toBe(at);
      }),
    );
  });

  test("has 27 characters and all of its microseconds, from year 1 to year 9999", () => {
    fc.assert(
      fc.property(micros, (at) => {
        const text = timestampOfMicroseconds(at);
        expect(text).toHaveLength(27);
        expect(microsecondsOf(text)).toBe(at);
        expect(normalTimestamp(text)).toBe(text);
      }),
    );
    expect(timestampOfMicroseconds(FIRST)).toBe("0001-01-01T00:00:00.000000Z");
    expect(timestampOfMicroseconds(LAST)).toBe("9999-12-31T23:59:59.999999Z");
  });

  test("sorts as time does", () => {
    fc.assert(
      fc.property(micros, micros, (a, b) => {
        expect(timestampOfMicroseconds(a) < timestampOfMicroseconds(b)).toBe(a < b);
      }),
    );
  });

  test("gives windows the millisecond that it lies in, also before 1970", () => {
    expect(millisecondsOf("1970-01-01T00:00:00.001999Z")).toBe(1);
    expect(millisecondsOf("1969-12-31T23:59:59.999001Z")).toBe(-1);
    expect(millisecondsOf("1969-12-31T23:59:59.998999Z")).toBe(-2);
  });

  test("is refused outside of the years 0001 to 9999", () => {
    expect(() => timestampOfMicroseconds(LAST + 1n)).toThrow(
      "253402300800000000 microseconds after 1970 is no TIMESTAMP: those lie in the years 0001 to 9999",
    );
    expect(() => timestampOfMilliseconds(Number(FIRST / 1_000n) - 1)).toThrow(RangeError);
    expect(() => timestampOfMilliseconds(Number.NaN)).toThrow(RangeError);
  });
});

describe("reading a timestamp", () => {
  test.each([
    ["2024-01-31T12:00:00Z", "2024-01-31T12:00:00.000000Z"],
    ["2024-01-31t12:00:00z", "2024-01-31T12:00:00.000000Z"],
    ["2024-01-31 12:00:00", "2024-01-31T12:00:00.000000Z"],
    ["2024-01-31T12:00:00.5", "2024-01-31T12:00:00.500000Z"],
    ["2024-01-31T12:00:00.123456789Z", "2024-01-31T12:00:00.123456Z"],
    ["2024-01-31 12:00:00.1 UTC", "2024-01-31T12:00:00.100000Z"],
    ["2024-01-31T12:00:00+02:00", "2024-01-31T10:00:00.000000Z"],
    ["2024-01-31T23:30:00-0130", "2024-02-01T01:00:00.000000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"],
    ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"],
    ["2016-12-31T23:59:60.7Z", "2017-01-01T00:00:00.000000Z"],
    ["0001-01-01T01:00:00+01:00", "0001-01-01T00:00:00.000000Z"],
  ])("takes %s", (text, normal) => {
    expect(normalTimestamp(text)).toBe(normal);
  });

  test.each([
    "",
    "2024-01-31",
    "2024-01-31T12:00Z",
    "2024-02-30T12:00:00Z",
    "2023-02-29T12:00:00Z",
    "1900-02-29T12:00:00Z",
    "2024-13-01T12:00:00Z",
    "2024-01-31T24:00:00Z",
    "2024-01-31T12:60:00Z",
    "2024-01-31T12:00:60Z",
    "2024-01-31T12:00:00.Z",
    "2024-01-31T12:00:00.12x456Z",
    "2024-01-31T12:00:00 CET",
    "2024-01-31T12:00:00+24:00",
    "2024-01-31T12:00:00+1:00",
    "2024-01-31T12:00:00Z ",
    "+2024-01-31T12:00:00Z",
    "0000-01-31T12:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-00:01",
    "1706702400",
  ])("refuses %j", (text) => {
    expect(normalTimestamp(text)).toBeUndefined();
  });

  test("agrees with Date on every offset", () => {
    const clock = fc.date({
      min: new Date("0100-01-01T00:00:00Z"),
      max: new Date("9900-01-01T00:00:00Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(clock, fc.integer({ min: -23 * 60, max: 23 * 60 }), (at, offset) => {
        const sign = offset < 0 ? "-" : "+";
        const zone = `${sign}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
        const text = at.toISOString().replace("Z", zone);
        expect(normalTimestamp(text)).toBe(timestampOfMilliseconds(Date.parse(text)));
      }),
    );
  });
});

describe("a number since 1970", () => {
  test("is read in seconds, milliseconds and microseconds", () => {
    expect(epoch("1706702400", "epoch-seconds")).toBe("2024-01-31T12:00:00.000000Z");
    expect(epoch("1706702400123", "epoch-millis")).toBe("2024-01-31T12:00:00.123000Z");
    expect(epoch("1706702400123456", "epoch-micros")).toBe("2024-01-31T12:00:00.123456Z");
    expect(epoch("0", "epoch-micros")).toBe("1970-01-01T00:00:00.000000Z");
  });

  test("keeps a fraction to the microsecond, rounded down", () => {
    expect(epoch("1706702400.1234567", "epoch-seconds")).toBe("2024-01-31T12:00:00.123456Z");
    expect(epoch("1.7067024001234567e9", "epoch-seconds")).toBe("2024-01-31T12:00:00.123456Z");
    expect(epoch("-0.0000001", "epoch-seconds")).toBe("1969-12-31T23:59:59.999999Z");
    expect(epoch("0.9", "epoch-micros")).toBe("1970-01-01T00:00:00.000000Z");
  });

  test("loses no digit that a number would lose", () => {
    fc.assert(
      fc.property(micros, (at) => {
        expect(epoch(String(at), "epoch-micros")).toBe(timestampOfMicroseconds(at));
      }),
    );
  });

  test.each(["", "x", "1e30", "01", "1e999999999999", "253402300800", "-62135596801", "0x10", "Infinity"])(
    "refuses %j",
    (digits) => {
      expect(epoch(digits, "epoch-seconds")).toBeUndefined();
    },
  );

  test("that is next to nothing is 1970", () => {
    expect(epoch("1e-999999999999", "epoch-seconds")).toBe("1970-01-01T00:00:00.000000Z");
    expect(epoch("0e5", "epoch-seconds")).toBe("1970-01-01T00:00:00.000000Z");
  });
});
