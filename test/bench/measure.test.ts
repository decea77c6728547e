import { expect, test } from "vitest";
import { inTurn, median } from "../../bench/measure";

test("the median is the middle one, of an even number the upper of two", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([10, 9, 1, 2])).toBe(9);
  expect(median([])).toBeNaN();
});

test("contestants take turns, round by round", async () => {
  const asked: string[] = [];
  const ask = (name: string) => () => Promise.resolve(asked.push(name));
  const answers = await inTurn({ a: ask("a"), b: ask("b") }, 2);
  expect(asked).toEqual(["a", "b", "a", "b"]);
  expect(answers).toEqual({ a: [1, 3], b: [2, 4] });
});
