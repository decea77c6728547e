import type { Cloud } from "../google/cloud";
import { filesAt } from "../place";
import { readSide } from "../source/side-reader";
import { tableParts } from "../sinks/table-path";
import type { ReadSide } from "./sides";

/**
 * Reads side inputs from the cloud.
 * @param subscriptions queries are run in the project of the first
 */
export function sideReader(cloud: Cloud, subscriptions: readonly string[]): ReadSide {
  const project = subscriptions[0]?.split("/")[1] ?? "";
  const sources = {
    query: (sql: string) => cloud.bigQuery.texts(project, sql),
    table: (table: string, columns: readonly string[]) => cloud.bigQuery.table(tableParts(table), columns),
    files: (pattern: string) => filesAt(pattern, cloud.storage),
  };
  return (binding, input) => readSide(sources, binding, input);
}
