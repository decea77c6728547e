import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Lines, readLine } from "../../../../local/services/run/output";

describe("a line of output", () => {
  test.each([
    ['{"severity":"WARNING","message":"late","count":3}', { severity: "WARNING", message: "late", count: 3 }],
    ['{"severity":"critical","message":"x"}', { severity: "ERROR", message: "x" }],
    ['{"message":"x"}', { severity: "INFO", message: "x" }],
    ['{"severity":17,"other":1}', { severity: "INFO", message: '{"severity":17,"other":1}', other: 1 }],
    ["plain text", { severity: "INFO", message: "plain text" }],
    ["{not json", { severity: "INFO", message: "{not json" }],
  ])("%s", (line, entry) => {
    expect(readLine(line, "stdout", "proxy")).toEqual({ source: "proxy", ...entry });
  });

  test("on stderr is a warning, unless it says what it is", () => {
    expect(readLine("oops", "stderr", "proxy").severity).toBe("WARNING");
    expect(readLine('{"severity":"DEBUG","message":"x"}', "stderr", "proxy").severity).toBe("DEBUG");
  });

  test("may not say that it comes from somebody else", () => {
    expect(readLine('{"message":"x","source":"pubsub"}', "stdout", "proxy").source).toBe("proxy");
  });
});

describe("a stream of text", () => {
  test("gives the same lines however it is cut", () => {
    const lines = fc.array(fc.string({ minLength: 1 }).filter((line) => !/[\n\r]/.test(line)));
    fc.assert(
      fc.property(lines, fc.array(fc.nat({ max: 20 })), (wanted, cuts) => {
        const got: string[] = [];
        const stream = new Lines((line) => got.push(line));
        let rest = wanted.join("\n");
        for (const cut of cuts) {
          stream.add(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        stream.add(rest);
        stream.end();
        expect(got).toEqual(wanted);
      }),
    );
  });

  test("without an end of line is cut before it fills the memory", () => {
    const got: string[] = [];
    const stream = new Lines((line) => got.push(line));
    for (let part = 0; part < 100; part += 1) stream.add("x".repeat(1024));
    expect(got.length).toBeGreaterThan(0);
  });
});
