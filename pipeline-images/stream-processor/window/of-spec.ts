import { milliseconds } from "../../../pipeline/duration";
import type { WindowingSpec } from "../../../pipeline/spec";
import { fixed } from "./fixed";
import { globalWindow } from "./global";
import { sliding } from "./sliding";
import type { Windowing } from "./windowing";

/** @throws Error for sessions, whose windows depend on one another. */
export function windowingOf(spec: WindowingSpec): Windowing {
  switch (spec.type) {
    case "fixed":
      return fixed(milliseconds(spec.size), milliseconds(spec.offset ?? "0s"));
    case "sliding":
      return sliding(milliseconds(spec.size), milliseconds(spec.every), milliseconds(spec.offset ?? "0s"));
    case "global":
      return globalWindow;
    case "sessions":
      throw new Error("session windows are not aligned");
  }
}
