import { expect, test } from "vitest";
import { onInterrupts } from "../../cli/interrupts";
import { HandClock } from "../local/support/host";
import { testIo } from "./support";

test("the first Ctrl-C asks to stop, its echo from npm is the same one, the second ends the process", () => {
  const io = testIo();
  const clock = new HandClock();
  let stops = 0;
  const release = onInterrupts(io, clock, () => (stops += 1));
  io.interrupt();
  clock.advance(20);
  io.interrupt();
  expect(stops).toBe(1);
  clock.advance(1000);
  expect(() => io.interrupt()).toThrow("exit 130");
  expect(stops).toBe(1);
  release();
  io.interrupt();
});
