import type { Cloud } from "../google/cloud";
import { filesAt } from "../place";
import { readSide } from "../source/side-reader";
import { tableParts } from "../sinks/table-path";
import type { ReadSide } from "./sides";

/**
 * Reads side inputs from the cloud.
 * @param subscriptions queries are run in the project of the first
 */
export const sideReader = (cloud: Cloud, subscriptions: readonly string[]): ReadSide =>
  sideReaderIn(cloud, async () => subscriptions[0]?.split("/")[1] ?? "");

/** @param project that queries are run in */
export function sideReaderIn(cloud: Cloud, project: () => Promise<string>): ReadSide {
  const sources = {
    query: async (sql: string) => cloud.bigQuery.texts(await project(), sql),
    table: (table: string, columns: readonly string[]) => cloud.bigQuery.table(tableParts(table), columns),
    files: (pattern: string) => filesAt(pattern, cloud.storage),
  };
  return (binding, input) => readSide(sources, binding, input);
}
