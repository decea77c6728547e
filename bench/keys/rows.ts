/** What the bench of live keys says, as rows of the table of results. */
import { milliseconds, type Row } from "../table";
import { CONTAINER, type KeysResult } from "./keys";

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

export function rowsOfKeys({ growth, restart, sizes }: KeysResult): readonly Row[] {
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
  const held = (what: string, peak: number, took: string): Row => ({
    what: `${keys} live keys: ${what}`,
    ours: `${mebibytes(peak)} at most${took}`,
    against: `a container of ${mebibytes(CONTAINER)}`,
    ratio: `${(peak / CONTAINER).toFixed(2)} of its memory`,
  });
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
    held("from a start until they are restored", restart.restoredPeak, `, ${milliseconds(restart.restored)} of CPU`),
    held("with a compaction beside them", restart.compactedPeak, ""),
  ];
}
