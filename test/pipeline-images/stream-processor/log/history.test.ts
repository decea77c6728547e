import { expect, test } from "vitest";
import { readHistory } from "../../../../pipeline-images/stream-processor/log/history";
import { takeOver } from "../../../../pipeline-images/stream-processor/log/owner";
import type { LogStore } from "../../../../pipeline-images/stream-processor/log/store";
import { SimulatedBucket } from "../support/bucket";
import { SimulatedProcess, Simulation } from "../support/simulation";
import { told } from "../support/told";

/** Reads a log of so many records of a size, behind the seal that it begins with. @returns how many were read at once, each time */
async function readsOf(records: number, size: number): Promise<readonly number[]> {
  const { direct } = new SimulatedBucket();
  const { clock } = new SimulatedProcess(new Simulation(1));
  const [, log] = await takeOver({ store: direct, clock, owner: "a", silence: 20_000, look: 1_000 }, told);
  for (let i = 0; i < records; i += 1) await log.append(Buffer.alloc(size, "x"));
  let underway = 0;
  const reads: number[] = [];
  const watched: LogStore = {
    ...direct,
    async read(name) {
      if (underway === 0) reads.push(0);
      underway += 1;
      reads[reads.length - 1] = underway;
      const content = await direct.read(name);
      underway -= 1;
      return content;
    },
  };
  const { state } = await readHistory(watched, told);
  expect(state.records).toHaveLength(records);
  return reads;
}

test("many small records are read at once, and of large ones only so many that the memory does not notice", async () => {
  expect(await readsOf(60, 100)).toEqual([1, 4, 16, 16, 16, 8]);
  expect(await readsOf(10, 5 << 20)).toEqual([1, 4, 3, 3]);
  expect(await readsOf(6, 20 << 20)).toEqual([1, 4, 1, 1]);
});
