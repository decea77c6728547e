import * as fc from "fast-check";
import { expect, test } from "vitest";
import { unsupported } from "../../../../pipeline-images/stream-processor/unsupported";
import { comparable } from "./compare";
import { run } from "./engine-run";
import { expected } from "./model";
import { moves, scriptOf } from "./random-script";
import { drawnSpecs, specOf } from "./random-spec";

const CASES = 3_000;

/**
 * Specs of the whole language are drawn, and those left out that the engine says it does not run: what it learns is
 * held against the model from that day on.
 */
test("whatever a pipeline is, whatever comes, in whatever order, and however often it is restarted: the engine gives what the model gives", () => {
  let ran = 0;
  fc.assert(
    fc.property(drawnSpecs, moves, (drawn, drawnMoves) => {
      const spec = specOf(drawn);
      fc.pre(unsupported(spec) === undefined);
      ran += 1;
      const inputs = Object.keys(spec.inputs).filter((name) => name !== "side");
      const side = spec.inputs["side"] && "side";
      const script = scriptOf(drawnMoves, { inputs, side, counted: drawn.counted });
      expect(comparable(spec, run(spec, script))).toEqual(comparable(spec, expected(spec, script)));
    }),
    { numRuns: CASES },
  );
  expect(ran).toBeGreaterThanOrEqual(CASES);
}, 900_000);
