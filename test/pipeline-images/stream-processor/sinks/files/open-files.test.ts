/** Which files are written to, whatever comes when: told by a model that knows all files that ever were. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { OpenFiles } from "../../../../../pipeline-images/stream-processor/sinks/files/open-files";

const LATENESS = 30;
const EVERY = 10;
const SIZE = 20;

type Happens =
  | { readonly kind: "row"; readonly time: number }
  | { readonly kind: "record"; readonly watermark: number; readonly now: number }
  | { readonly kind: "drain" }
  | { readonly kind: "restart" };

const happens: fc.Arbitrary<Happens> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("row" as const), time: fc.nat(200) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("record" as const), watermark: fc.nat(30), now: fc.nat(15) }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Happens>({ kind: "drain" }, { kind: "restart" }) },
);

test("no name is given twice, no row is left, and a file's window has ended or was drained, whatever comes when", () => {
  fc.assert(
    fc.property(fc.array(happens, { maxLength: 80 }), (story) => {
      const options = { lateness: LATENESS, every: EVERY };
      let recorded: string | undefined;
      let files = new OpenFiles(options, undefined, "first");
      const names = new Set<string>();
      let rows = 0;
      let seen = 0;
      let watermark = -Infinity;
      let now = 0;
      let next = 0;
      const record = (to: number): void => {
        for (const file of files.due(to, now)) {
          const name = `${file.start}-${file.end}-${file.pane}`;
          expect(names.has(name)).toBe(false);
          names.add(name);
          if (file.late === undefined) expect(file.end).toBeLessThanOrEqual(to);
          seen += file.rows;
          files.closed(file);
          next += 1;
        }
        files.forget(to);
        recorded = files.takeChange() ?? recorded;
      };
      for (const one of [...story, { kind: "drain" } as const]) {
        if (one.kind === "row") {
          const start = one.time - (one.time % SIZE);
          const file = files.of({ start, end: start + SIZE }, watermark, now, next);
          if (file.rows === 0) next += 1;
          file.rows += 1;
          files.wrote(file);
          rows += 1;
        } else if (one.kind === "record") {
          watermark = Math.max(watermark, 0) + one.watermark;
          now += one.now;
          record(watermark);
        } else {
          // What was recorded is all that a restart knows; a drain closes all there is before, and time begins anew.
          record(one.kind === "drain" ? Infinity : watermark);
          files = new OpenFiles(options, recorded, "never");
          expect(files.id).toBe("first");
          watermark = -Infinity;
        }
      }
      expect(seen).toBe(rows);
    }),
    { numRuns: 500 },
  );
});

test("what has not changed is not recorded again", () => {
  const files = new OpenFiles({ lateness: 0, every: EVERY }, undefined, "id");
  const file = files.of({ start: 0, end: SIZE }, -Infinity, 0, 0);
  file.rows += 1;
  files.wrote(file);
  const recorded = files.takeChange();
  expect(JSON.parse(recorded ?? "")).toEqual({ id: "id", forgotten: null, files: [[0, SIZE, 0, 1, 1, null]] });
  expect(files.takeChange()).toBeUndefined();
  expect(new OpenFiles({ lateness: 0, every: EVERY }, recorded, "other").takeChange()).toBeUndefined();
});
