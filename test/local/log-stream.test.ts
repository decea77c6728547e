import { expect, test } from "vitest";
import { Logs } from "../../local/log-stream";
import { HandClock } from "./support/host";

const entry = (message: string) => ({ severity: "INFO", source: "proxy", message }) as const;

test("entries have the time at which they were said, and the newest thousand are kept", () => {
  const clock = new HandClock();
  const logs = new Logs(clock);
  const begin = clock.now();
  for (let line = 1; line <= 5_000; line += 1) {
    logs.add(entry(`line ${line}`));
    clock.advance(1);
  }
  expect(logs.recent()).toHaveLength(1_000);
  expect(logs.recent(1)).toEqual([{ at: begin + 4_999, entry: entry("line 5000") }]);
  expect(logs.recent().at(0)?.entry.message).toBe("line 4001");
});

test("a follower hears what is said from then on, until it leaves", () => {
  const logs = new Logs(new HandClock());
  const heard: string[] = [];
  logs.add(entry("before"));
  const leave = logs.follow((one) => heard.push(one.entry.message));
  logs.add(entry("meanwhile"));
  leave();
  logs.add(entry("after"));
  expect(heard).toEqual(["meanwhile"]);
});
