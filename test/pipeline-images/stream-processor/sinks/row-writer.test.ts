import { expect, test } from "vitest";
import {
  RequestRefused,
  type RowWriter,
  writeRows,
  type WriteStatus,
} from "../../../../pipeline-images/stream-processor/sinks/row-writer";

const text = (row: Uint8Array): string => Buffer.from(row).toString();
const rows = (...names: string[]): Uint8Array[] => names.map((name) => Buffer.from(name));
const keyOf = (row: Uint8Array): string => text(row).charAt(0);

/** A writer that says what it was sent; of its rows, those that begin with one of some letters go wrong. */
function writerOf(status: (row: string) => WriteStatus | "refused whole") {
  const sent: string[][] = [];
  const writer: RowWriter = {
    write(_, given) {
      const names = given.map(text);
      sent.push(names);
      const statuses = names.map(status);
      return statuses.some((one) => one === "refused whole")
        ? Promise.reject(new RequestRefused("the request is amiss"))
        : Promise.resolve(statuses as WriteStatus[]);
    },
  };
  return { writer, sent };
}

const ok = { code: 0, message: "" };

test("of one key the last row is sent, alone", async () => {
  const { writer, sent } = writerOf(() => ok);
  expect(await writeRows(writer, "t", rows("a1", "b1", "a2", "c1", "a3"), keyOf)).toEqual(new Map());
  expect(sent).toEqual([["a3", "b1", "c1"]]);
});

test("of one key the newer row is sent, where it is known which that is", async () => {
  const { writer, sent } = writerOf(() => ok);
  await writeRows(writer, "t", rows("a2", "a3", "a1"), keyOf, (row, before) => text(row) > text(before));
  expect(sent).toEqual([["a3"]]);
});

test("rows that are not taken are told by their place among all", async () => {
  const { writer } = writerOf((row) => (row.startsWith("b") ? { code: 3, message: `${row}!` } : ok));
  expect(await writeRows(writer, "t", rows("a1", "a2", "b1", "c1", "b2"), keyOf)).toEqual(new Map([[4, "b2!"]]));
});

test("where one may be taken later, all of them are sent again", async () => {
  const { writer } = writerOf((row) => (row === "b1" ? { code: 14, message: "the tablet moves" } : ok));
  await expect(writeRows(writer, "t", rows("a1", "b1"), keyOf)).rejects.toThrow("14: the tablet moves (t)");
});

test("what a person has to see to is no fault of a row", async () => {
  const { writer } = writerOf(() => ({ code: 5, message: "there is no such family" }));
  await expect(writeRows(writer, "t", rows("a1", "b1"), keyOf)).rejects.toThrow("5: there is no such family (t)");
});

test("a request that is refused whole is halved until it is known which of its rows it is for", async () => {
  const { writer, sent } = writerOf((row) => (row === "c1" ? "refused whole" : ok));
  expect(await writeRows(writer, "t", rows("a1", "b1", "c1", "d1"), keyOf)).toEqual(
    new Map([[2, "the request is amiss"]]),
  );
  expect(sent).toEqual([["a1", "b1", "c1", "d1"], ["a1", "b1"], ["c1", "d1"], ["c1"], ["d1"]]);
});

test("an answer that does not speak of all rows is none", async () => {
  const writer: RowWriter = { write: () => Promise.resolve([ok]) };
  await expect(writeRows(writer, "t", rows("a1", "b1"), keyOf)).rejects.toThrow("t answers for 1 of 2 rows");
});
