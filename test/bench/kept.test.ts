import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keep } from "../../bench/kept";

const one = (what: string) => ({ rows: [{ what, ours: "1", against: "2", ratio: "0.5" }], results: { what } });

test("what is measured anew takes the place of what was kept, the rest stays, in the order of all benches", () => {
  const folder = mkdtempSync(join(tmpdir(), "journey-kept-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  keep({ b: one("b of before"), c: one("c") }, ["a", "b", "c"], "an old machine", folder);
  keep({ b: one("b"), a: one("a") }, ["a", "b", "c"], "a machine", folder);
  const kept = JSON.parse(readFileSync(join(folder, "results.json"), "utf8")) as { readonly [name: string]: object };
  expect(Object.keys(kept)).toEqual(["a", "b", "c"]);
  expect(kept["b"]).toMatchObject({ machine: "a machine", results: { what: "b" } });
  const page = readFileSync(join(folder, "RESULTS.md"), "utf8");
  expect(page).toContain("a machine; an old machine. Compare the ratios only.");
  expect(page.match(/\| [abc] \| 1 \| 2 \| 0.5 \|/g)).toHaveLength(3);
});
