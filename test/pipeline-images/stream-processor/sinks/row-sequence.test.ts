import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sequenceOf } from "../../../../local/services/bigquery/store/changes";
import { Moment, type Messages } from "../../../../pipeline-images/stream-processor/operators/flow";
import { inLog, inMessages } from "../../../../pipeline-images/stream-processor/sinks/row-sequence";

/** As BigQuery compares them. */
const isBefore = (one: string, other: string): boolean =>
  (sequenceOf(one) ?? expect.unreachable(one)) < (sequenceOf(other) ?? expect.unreachable(other));

const numberOf = ([begun, term, request, place]: readonly [number, number, number, number]): string =>
  inLog({ begun, term })(request, place);

test("positions in logs compare as when the log began, the term, the request and the place", () => {
  const part = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  const position = fc.tuple(fc.integer({ min: 0, max: 8e12 }), part, part, fc.integer({ min: 0, max: 9_999 }));
  fc.assert(
    fc.property(position, position, (one, other) => {
      const differs = one.findIndex((value, i) => value !== other[i]);
      expect(isBefore(numberOf(one), numberOf(other))).toBe(
        differs >= 0 && (one[differs] ?? 0) < (other[differs] ?? 0),
      );
    }),
  );
});

interface Told {
  readonly id: string;
  readonly at: string;
}

function messagesOf(told: readonly Told[]): Messages {
  return {
    bytes: new Uint8Array(0),
    dataStart: () => 0,
    dataEnd: () => 0,
    id: (i) => (told[i] as Told).id,
    publishedAt: (i) => Date.parse((told[i] as Told).at),
    publishTime: (i) => (told[i] as Told).at,
    attributes: () => ({}),
  };
}

/** The numbers of rows that come from messages, by their places. */
function numbersOf(told: readonly Told[], places: readonly number[]): string[] {
  const moment = new Moment();
  moment.messages = messagesOf(told);
  const next = inMessages(() => moment);
  return places.map((place) => {
    moment.place = place;
    return next(0, 0);
  });
}

test("without a log the message that was published later counts, and of one message the later row", () => {
  const at = "2024-05-06T07:08:09.000001Z";
  const told = [
    { id: "12345678901234567", at },
    { id: "12345678901234568", at },
    { id: "1", at: "2024-05-06T07:08:09.000002Z" },
  ];
  const [first = "", second = "", other = "", later = ""] = numbersOf(told, [0, 0, 1, 2]);
  expect(isBefore(first, second)).toBe(true);
  expect(isBefore(second, other)).toBe(true);
  expect(isBefore(other, later)).toBe(true);
  // Whenever a message comes again, its rows have the same numbers.
  expect(numbersOf(told, [2, 0, 0, 1])).toEqual([later, first, second, other]);
});

test("an id that is no number of 64 bits has one all the same", () => {
  const at = "2024-05-06T07:08:09.000000Z";
  for (const id of ["99999999999999999999", "projects/a", "", "0"]) {
    const [number = ""] = numbersOf([{ id, at }], [0]);
    expect(sequenceOf(number)).toBeDefined();
    expect(numbersOf([{ id, at }], [0])).toEqual([number]);
  }
});

test("a pipeline that pulls comes after what was published before its log began, and before what comes later", () => {
  const log = inLog({ begun: Date.parse("2024-05-06T07:00:00Z"), term: 900 })(1_000_000, 9_999);
  const [before = "", after = ""] = numbersOf(
    [
      { id: "1", at: "2024-05-06T06:59:59.999000Z" },
      { id: "2", at: "2024-05-06T07:00:00.001000Z" },
    ],
    [0, 1],
  );
  expect(isBefore(before, log)).toBe(true);
  expect(isBefore(log, after)).toBe(true);
});
