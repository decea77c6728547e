import * as fc from "fast-check";
import { expect, test } from "vitest";
import { listNames } from "../../../../local/services/storage/listing";
import { compareNames } from "../../../../local/services/storage/names";
import { running } from "./support";

const names = fc
  .uniqueArray(
    fc
      .array(fc.constantFrom("a", "b", "/", "\uffff", "😀", "é", "_"), { minLength: 1, maxLength: 6 })
      .map((l) => l.join("")),
    { maxLength: 30 },
  )
  .map((list) => list.toSorted(compareNames));

const namesOf = (files: readonly { name: string }[]) => files.map(({ name }) => name);

test("names order by their UTF-8 bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
      expect(Math.sign(compareNames(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test("pages put together are the whole, each name and folder once and in order", () => {
  fc.assert(
    fc.property(
      names,
      fc.constantFrom("", "a", "a/", "b"),
      fc.constantFrom(undefined, "/"),
      fc.integer({ min: 1, max: 5 }),
      (sorted, prefix, delimiter, maxResults) => {
        const found: string[] = [];
        const folders: string[] = [];
        let pageToken: string | undefined;
        do {
          const page = listNames(sorted, { prefix, delimiter, maxResults, pageToken });
          expect(page.names.length + page.prefixes.length).toBeLessThanOrEqual(maxResults);
          found.push(...page.names);
          folders.push(...page.prefixes);
          pageToken = page.nextPageToken;
        } while (pageToken !== undefined);

        const below = sorted.filter((name) => name.startsWith(prefix));
        const inFolder = (name: string) => delimiter !== undefined && name.slice(prefix.length).includes(delimiter);
        expect(found).toEqual(below.filter((name) => !inFolder(name)));
        const expected = below.filter(inFolder).map((name) => name.slice(0, name.indexOf("/", prefix.length) + 1));
        expect(folders).toEqual([...new Set(expected)]);
      },
    ),
  );
});

test("the client lists a folder, a range and page by page", async () => {
  const { bucket } = await running();
  for (const name of ["log/1/000001", "log/1/000002", "log/2/000001", "snapshot"]) {
    await bucket.file(name).save("x", { resumable: false });
  }
  expect(namesOf((await bucket.getFiles({ prefix: "log/1/" }))[0])).toEqual(["log/1/000001", "log/1/000002"]);
  expect(namesOf((await bucket.getFiles({ startOffset: "log/1/000002", endOffset: "snap" }))[0])).toEqual([
    "log/1/000002",
    "log/2/000001",
  ]);
  const [, , response] = await bucket.getFiles({ delimiter: "/", autoPaginate: false });
  expect((response as { prefixes: string[] }).prefixes).toEqual(["log/"]);
  expect(namesOf((await bucket.getFiles({ maxResults: 1 }))[0])).toHaveLength(1);
  expect(namesOf((await bucket.getFiles({ autoPaginate: true, maxApiCalls: 10 }))[0])).toHaveLength(4);
});
