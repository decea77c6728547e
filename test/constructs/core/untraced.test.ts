import { expect, test } from "vitest";
import { untraced } from "../../../constructs/core/untraced";

function fails(): never {
  throw new Error("no such thing");
}

/** As cdktf takes a stack trace. */
function trace(): string {
  const object = { stack: "" };
  Error.captureStackTrace(object);
  return object.stack;
}

test("what takes a stack trace of itself takes none, and takes it again afterwards", () => {
  expect(untraced(() => trace())).toBe("");
  expect(trace()).toContain("untraced.test");
});

test("an error that is thrown keeps its own, and its message", () => {
  const thrown = (() => {
    try {
      return untraced(fails);
    } catch (error) {
      return error as Error;
    }
  })();
  expect(thrown.message).toBe("no such thing");
  expect(thrown.stack).toContain("Error: no such thing");
  expect(thrown.stack).toContain("untraced.test");
});
