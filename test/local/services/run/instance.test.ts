import { describe, expect, test } from "vitest";
import type { LogEntry } from "../../../../local/service";
import { Instance } from "../../../../local/services/run/instance";
import { HandClock } from "../../support/host";
import { crashed, done, FakeMachine, killed, settle } from "../../support/machine";

function setup(kind: "service" | "worker-pool") {
  const machine = new FakeMachine();
  const clock = new HandClock();
  const logged: LogEntry[] = [];
  const instance = new Instance({
    name: "proxy",
    startup: kind === "service" ? { path: undefined, limit: 240_000 } : undefined,
    launch: { main: "main.js", args: [], environment: { A: "1" }, memory: 512, folder: "/home" },
    machine,
    clock,
    log: (entry) => logged.push(entry),
  });
  return { machine, clock, logged, instance };
}

describe("a service's process", () => {
  test("has started when its port answers; each one is told a port of its own", async () => {
    const { machine, instance } = setup("service");
    const started = instance.start();
    await settle();
    expect(instance.view()).toMatchObject({ state: "starting", pid: 101, controlUrl: "http://127.0.0.1:8080" });
    expect(instance.answering).toBeUndefined();
    machine.answersNow();
    await started;
    expect(instance.view().state).toBe("running");
    expect(instance.answering).toBe(8080);
    expect(machine.last.launch.environment).toEqual({ A: "1", PORT: "8080" });
  });

  test("that crashes is started again after pauses that double up to 10 s, until it lives for 30 s", async () => {
    const { machine, clock, instance } = setup("service");
    const started = instance.start();
    await settle();
    machine.answersNow();
    await started;
    const pauses: number[] = [];
    for (let crash = 0; crash < 10; crash += 1) {
      if (crash === 9) clock.advance(30_000);
      machine.last.end(crashed);
      await settle();
      expect(instance.view().state).toBe("restarting");
      const before = clock.now();
      while (machine.launched.length === crash + 1) {
        clock.advance(50);
        await settle();
      }
      pauses.push(clock.now() - before);
      machine.answersNow();
      await settle();
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 100]);
    expect(instance.view().restarts).toBe(10);
  });

  test("that somebody killed is started again at once, however often", async () => {
    const { machine, clock, instance } = setup("service");
    const started = instance.start();
    await settle();
    machine.answersNow();
    await started;
    for (let times = 1; times <= 5; times += 1) {
      machine.last.end(killed);
      await settle();
      clock.advance(100);
      await settle();
      expect(machine.launched).toHaveLength(times + 1);
    }
  });

  test("that ends three times before it ever answered is given up, with its last lines", async () => {
    const { machine, clock, instance } = setup("service");
    const started = instance.start();
    const refused = expect(started).rejects.toThrow(
      "proxy did not start: it exited with 1 before its PORT answered. It wrote last:\n  no topic",
    );
    for (let times = 1; times <= 3; times += 1) {
      await settle();
      if (times === 3) machine.last.say("no topic");
      machine.last.end(crashed);
      await settle();
      clock.advance(60_000);
    }
    await refused;
    expect(machine.launched).toHaveLength(3);
    expect(instance.view()).toMatchObject({ state: "stopped", restarts: 2 });
  });

  test("whose port never answers is killed", async () => {
    const { machine, instance, logged } = setup("service");
    const started = instance.start();
    started.catch(() => undefined);
    await settle();
    machine.answersNow(new Error("nothing answered on PORT 8080 within 240 s"));
    await settle();
    expect(machine.last.signals).toEqual(["SIGKILL"]);
    expect(logged.at(-1)?.message).toBe("nothing answered on PORT 8080 within 240 s");
  });

  test("has ten seconds after SIGTERM", async () => {
    const { machine, clock, instance } = setup("service");
    const started = instance.start();
    await settle();
    machine.answersNow();
    await started;
    const stopped = instance.stop();
    expect(instance.view().state).toBe("stopping");
    expect(machine.last.signals).toEqual(["SIGTERM"]);
    clock.advance(9_999);
    expect(machine.last.signals).toEqual(["SIGTERM"]);
    clock.advance(1);
    expect(machine.last.signals).toEqual(["SIGTERM", "SIGKILL"]);
    machine.last.end(killed);
    await stopped;
    expect(instance.view()).toMatchObject({ state: "stopped", pid: undefined });
    expect(machine.launched).toHaveLength(1);
  });

  test("is not started again when it is stopped while it waits for that", async () => {
    const { machine, clock, instance } = setup("service");
    const started = instance.start();
    await settle();
    machine.answersNow();
    await started;
    machine.last.end(crashed);
    await settle();
    await instance.stop();
    clock.advance(60_000);
    await settle();
    expect(machine.launched).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  test("keeps its last 50 lines, as Cloud Logging reads them", async () => {
    const { machine, instance, logged } = setup("service");
    void instance.start();
    await settle();
    for (let line = 1; line <= 60; line += 1)
      machine.last.say(JSON.stringify({ severity: "error", message: `line ${line}`, user: "a" }));
    expect(instance.view().lines).toHaveLength(50);
    expect(instance.view().lines.at(-1)).toEqual({ severity: "ERROR", source: "proxy", message: "line 60", user: "a" });
    expect(logged).toHaveLength(60);
  });
});

describe("a worker pool's process", () => {
  test("runs as soon as it is launched: it need not listen", async () => {
    const { instance } = setup("worker-pool");
    await instance.start();
    expect(instance.view().state).toBe("running");
  });

  test("that left of its own accord is started again without hurry", async () => {
    const { machine, clock, instance } = setup("worker-pool");
    await instance.start();
    machine.last.end(done);
    await settle();
    clock.advance(9_999);
    await settle();
    expect(machine.launched).toHaveLength(1);
    clock.advance(1);
    await settle();
    expect(machine.launched).toHaveLength(2);
  });
});
