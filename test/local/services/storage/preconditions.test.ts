import * as fc from "fast-check";
import { expect, test } from "vitest";
import { failure, running } from "./support";

test("of all who create an object if it is absent, exactly one does", async () => {
  const { bucket } = await running();
  await fc.assert(
    fc.asyncProperty(fc.uuid(), fc.integer({ min: 2, max: 12 }), async (name, writers) => {
      const outcomes = await Promise.all(
        Array.from({ length: writers }, async (_, writer) => ({
          writer,
          outcome: await failure(
            bucket
              .file(name)
              .save(`by ${writer}`, { resumable: writer % 3 === 0, preconditionOpts: { ifGenerationMatch: 0 } }),
          ),
        })),
      );
      const winners = outcomes.filter(({ outcome }) => outcome === "no failure");
      expect(winners).toHaveLength(1);
      expect((await bucket.file(name).download())[0].toString()).toBe(`by ${winners[0]?.writer}`);
      for (const { outcome } of outcomes) expect(outcome).toMatch(/^no failure$|^412 /);
    }),
    { numRuns: 10 },
  );
});

test("an object is replaced only by who knows its generation", async () => {
  const { bucket } = await running();
  const file = bucket.file("state");
  await file.save("1", { resumable: false });
  const first = Number((await file.getMetadata())[0].generation);
  await file.save("2", { resumable: false, preconditionOpts: { ifGenerationMatch: first } });
  expect(await failure(file.save("3", { resumable: false, preconditionOpts: { ifGenerationMatch: first } }))).toBe(
    "412 conditionNotMet",
  );
  const second = Number((await file.getMetadata())[0].generation);
  expect(second).toBeGreaterThan(first);
  expect((await file.download())[0].toString()).toBe("2");
  expect(await failure(file.delete({ ifGenerationMatch: first }))).toBe("412 conditionNotMet");
});

test("a name that was deleted is absent again, and its next generation is a new one", async () => {
  const { bucket, host } = await running();
  const file = bucket.file("state");
  await file.save("1", { resumable: false });
  const first = Number((await file.getMetadata())[0].generation);
  await file.delete();
  await file.save("2", { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } });
  // The clock has not moved.
  expect(host.clock.now() * 1000).toBe(first);
  expect(Number((await file.getMetadata())[0].generation)).toBeGreaterThan(first);
});

test("metadata has generations of its own", async () => {
  const { bucket } = await running();
  const file = bucket.file("state");
  await file.save("1", { resumable: false });
  await file.setMetadata({ contentType: "a/b" }, { ifMetagenerationMatch: 1 });
  expect(await failure(file.setMetadata({ contentType: "c/d" }, { ifMetagenerationMatch: 1 }))).toBe(
    "412 conditionNotMet",
  );
});

test("who has it already is told so without a body", async () => {
  const { bucket, url } = await running();
  await bucket.file("a").save("x", { resumable: false });
  const generation = (await bucket.file("a").getMetadata())[0].generation;
  const answer = await fetch(`${url}/storage/v1/b/acme-data/o/a?alt=media&ifGenerationNotMatch=${generation}`);
  expect([answer.status, await answer.text()]).toEqual([304, ""]);
});
