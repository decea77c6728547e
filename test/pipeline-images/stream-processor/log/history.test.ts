import { expect, test } from "vitest";
import { readHistory } from "../../../../pipeline-images/stream-processor/log/history";
import { takeOver } from "../../../../pipeline-images/stream-processor/log/owner";
import type { LogStore } from "../../../../pipeline-images/stream-processor/log/store";
import { SimulatedBucket } from "../support/bucket";
import { SimulatedProcess, Simulation } from "../support/simulation";
import { told } from "../support/told";

/** Reads a log of so many records of a size. @returns the most that were read at once */
async function mostAtOnce(records: number, size: number): Promise<number> {
  const { direct } = new SimulatedBucket();
  const { clock } = new SimulatedProcess(new Simulation(1));
  const [, log] = await takeOver({ store: direct, clock, owner: "a", silence: 20_000, look: 1_000 }, told);
  for (let i = 0; i < records; i += 1) await log.append(Buffer.alloc(size, "x"));
  let [underway, most] = [0, 0];
  const watched: LogStore = {
    ...direct,
    async read(name) {
      underway += 1;
      most = Math.max(most, underway);
      const content = await direct.read(name);
      underway -= 1;
      return content;
    },
  };
  const { state } = await readHistory(watched, told);
  expect(state.records).toHaveLength(records);
  return most;
}

test("many small records are read at once, and of large ones only so many that the memory does not notice", async () => {
  expect(await mostAtOnce(60, 100)).toBe(16);
  expect(await mostAtOnce(10, 5 << 20)).toBe(3);
  expect(await mostAtOnce(4, 20 << 20)).toBe(2);
});
