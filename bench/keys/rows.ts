/** What the bench of live keys says, as rows of the table of results. */
import { milliseconds, type Row } from "../table";
import type { KeysResult } from "./keys";

export function rowsOfKeys({ growth, sizes }: KeysResult): readonly Row[] {
  const few = sizes[0];
  const most = sizes.at(-1);
  if (few === undefined || most === undefined) return [];
  const keys = most.keys.toLocaleString("en");
  const row = (what: string, ours: string, theirs: string, ratio: number): Row => ({
    what: `${keys} live keys: ${what}`,
    ours,
    against: `${few.keys.toLocaleString("en")} keys, ${theirs}`,
    ratio: `${ratio.toFixed(2)} of its cost a key`,
  });
  const timed = (what: string, name: "take" | "full" | "changed" | "restore"): Row =>
    row(what, milliseconds(most[name]), `${few[name].toFixed(2)} ms`, growth[name]);
  return [
    row(
      "memory",
      `${most.bytesPerKey.toFixed(0)} bytes a key`,
      `${few.bytesPerKey.toFixed(0)} bytes a key`,
      growth.bytesPerKey,
    ),
    timed("a click of each", "take"),
    timed("a checkpoint of all", "full"),
    timed("a checkpoint after 1 % has changed", "changed"),
    timed("a restore", "restore"),
    row(
      "memory while they are restored",
      `${most.restoringBytesPerKey.toFixed(0)} bytes a key`,
      `${few.restoringBytesPerKey.toFixed(0)} bytes a key`,
      most.restoringBytesPerKey / few.restoringBytesPerKey,
    ),
  ];
}
