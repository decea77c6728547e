import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalTimestamp } from "../../../pipeline/schema/timestamp";
import { keepMinuteOf, keptTimestampAt, timestampOf } from "../../../pipeline/schema/timestamp-minutes";
import { timestamps } from "./support/arbitrary";

const at = (text: string): string | undefined => {
  const bytes = Buffer.from(`"${text}"`);
  return keptTimestampAt(bytes, 1, bytes.length - 1);
};

/** A timestamp in a minute, as publishers write it: without a fraction, or with one to six digits of it. */
const inMinute = fc.tuple(timestamps, fc.nat(59), fc.stringMatching(/^\d{0,6}$/)).map(([minute, second, fraction]) => ({
  minute,
  text: `${minute.slice(0, 17)}${String(second).padStart(2, "0")}${fraction === "" ? "" : `.${fraction}`}Z`,
}));

describe("a timestamp in a minute that is kept", () => {
  test("is read without the calendar", () => {
    fc.assert(
      fc.property(inMinute, ({ minute, text }) => {
        keepMinuteOf(minute);
        expect(at(text)).toBe(normalTimestamp(text));
      }),
    );
  });

  test("is read right or not at all, whatever one of its characters is", () => {
    fc.assert(
      fc.property(inMinute, fc.nat(26), fc.stringMatching(/^[0-9TZ:. +/;Ux-]$/), ({ minute, text }, place, sign) => {
        keepMinuteOf(minute);
        const spoilt = `${text.slice(0, place)}${sign}${text.slice(place + 1)}`;
        const found = at(spoilt);
        if (found !== undefined) expect(found).toBe(normalTimestamp(spoilt));
      }),
      { numRuns: 2_000 },
    );
  });

  test("gives way to another of the same minute of the hour, and comes back", () => {
    const noon = "2024-01-31T12:00:00.000000Z";
    const one = "2024-01-31T13:00:00.000000Z";
    keepMinuteOf(noon);
    expect(at(one)).toBeUndefined();
    keepMinuteOf(one);
    expect(at(one)).toBe(one);
    expect(at(noon)).toBeUndefined();
    expect(timestampOf(1_706_702_401, 5)).toBe("2024-01-31T12:00:01.000005Z");
    expect(at(noon)).toBe(noon);
  });
});
