import { expect, test } from "vitest";
import { cpuMilliseconds, residentBytes, rowsOfImage } from "../../bench/image";

test("a process's memory and CPU time are read from what Linux tells", () => {
  expect(residentBytes("Name:\tnode\nVmPeak:\t  900 kB\nVmRSS:\t   96 kB\n")).toBe(98_304);
  expect(() => residentBytes("Name:\tnode\n")).toThrow("/proc");
  expect(cpuMilliseconds("12 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 31 12 0 0 20 0 11 0")).toBe(430);
});

test("the image is held against its target, its size told with and without the map", () => {
  const rows = rowsOfImage({
    files: { "main.js": 3e6, "package.json": 1e5 },
    sourceMap: 1e6,
    ready: 350,
    cpu: 300,
    idle: 9e7,
  });
  expect(rows.map(({ ours, against, ratio }) => [ours, against, ratio])).toEqual([
    ["350 ms, 300 ms of them CPU", "its target, 700 ms", "0.50 of it"],
    ["2.1 MB", "with the map of its sources, 3.1 MB", "-"],
    ["90.0 MB", "-", "-"],
  ]);
});
