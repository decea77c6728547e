import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dateOf, daysOf, normalDate, normalDatetime, normalTime } from "../../../pipeline/schema/calendar";

const DAY = 86_400_000;
const part = (max: number) => fc.integer({ min: 0, max });
const pad = (n: number, to: number) => String(n).padStart(to, "0");
const days = fc.integer({ min: -719_162, max: 2_932_896 });

describe("a DATE", () => {
  test("is the day of Date, from year 1 to year 9999", () => {
    fc.assert(
      fc.property(days, (day) => {
        const date = new Date(day * DAY).toISOString().slice(0, 10);
        expect(dateOf(day)).toBe(date);
        expect(daysOf(date)).toBe(day);
        expect(normalDate(date)).toBe(date);
      }),
    );
    expect(dateOf(-719_162)).toBe("0001-01-01");
    expect(dateOf(2_932_896)).toBe("9999-12-31");
  });

  test("exists only where Date has it", () => {
    fc.assert(
      fc.property(part(9_999), part(13), part(32), (year, month, day) => {
        const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
        const at = new Date(`${text}T00:00:00Z`);
        const exists = year > 0 && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
        expect(normalDate(text)).toBe(exists ? text : undefined);
      }),
    );
  });

  test.each(["2024-1-31", "2024/01/31", "20240131", "2024-01-31 ", "2024-01-31T00:00:00"])("is not %j", (text) => {
    expect(normalDate(text)).toBeUndefined();
  });
});

describe("a TIME", () => {
  test.each([
    ["12:00:00", "12:00:00.000000"],
    ["23:59:59.9", "23:59:59.900000"],
    ["00:00:00.1234567", "00:00:00.123456"],
  ])("%s is %s", (text, normal) => {
    expect(normalTime(text)).toBe(normal);
  });

  test.each(["24:00:00", "12:60:00", "12:00:60", "12:00", "12:00:00.", "12:00:00.x", "12:00:00Z", ""])(
    "is not %j",
    (text) => {
      expect(normalTime(text)).toBeUndefined();
    },
  );
});

describe("a DATETIME", () => {
  test.each([
    ["2024-01-31T12:00:00", "2024-01-31T12:00:00.000000"],
    ["2024-01-31 12:00:00.5", "2024-01-31T12:00:00.500000"],
  ])("%s is %s", (text, normal) => {
    expect(normalDatetime(text)).toBe(normal);
  });

  test.each(["2024-01-31", "2024-01-31T12:00:00Z", "2024-02-30T12:00:00", "2024-01-31_12:00:00"])(
    "is not %j",
    (text) => {
      expect(normalDatetime(text)).toBeUndefined();
    },
  );
});
