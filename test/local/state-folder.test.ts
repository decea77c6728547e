import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StateFolder } from "../../local/state-folder";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "journey-test-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = (stack = "clicks-dev") => StateFolder.open(join(root, "state"), stack, "acme-dev");

describe("a folder that is given", () => {
  test("keeps what is in it from run to run", () => {
    const first = open();
    writeFileSync(join(first.within("pubsub"), "journal"), "x");
    first.close();
    const second = open();
    expect(readdirSync(second.within("pubsub"))).toEqual(["journal"]);
    second.close();
  });

  test("belongs to one run at a time", () => {
    const first = open();
    expect(() => open()).toThrow(`is in use by process ${process.pid}: stop that run`);
    first.close();
    open().close();
  });

  test("is free when the process that had it is gone", () => {
    open().close();
    // No process has this number: it is above what Linux gives out.
    writeFileSync(join(root, "state", "running", "99999999-x"), "");
    const next = open();
    expect(readdirSync(join(root, "state", "running"))).toHaveLength(1);
    next.close();
  });

  test("is not used for another stack", () => {
    open("clicks-dev").close();
    expect(() => open("orders-dev")).toThrow("holds the state of clicks-dev in acme-dev, not of orders-dev");
    open("clicks-dev").close();
  });

  test("of another layout, or of something else, is not touched", () => {
    mkdirSync(join(root, "state"));
    writeFileSync(join(root, "state", "state.json"), '{"version":99}');
    expect(() => open()).toThrow("holds state of layout 99, and this version reads 1");
    writeFileSync(join(root, "state", "state.json"), "{");
    expect(() => open()).toThrow("is not JSON");
  });
});

test("without a folder there is a temporary one, and it goes with the run", () => {
  const state = StateFolder.open(undefined, "clicks-dev", "acme-dev");
  writeFileSync(join(state.within("pubsub"), "journal"), "x");
  expect(existsSync(state.path)).toBe(true);
  state.close();
  expect(existsSync(state.path)).toBe(false);
});
