/**
 * One partition of a table, which a run replaces in place of the whole table: rows of other days stay as they are, and a
 * day is run again as often as one likes.
 * @see https://cloud.google.com/bigquery/docs/managing-partitioned-table-data#partition_decorator
 */
import { isDateAt } from "./schema/calendar";
import type { Json } from "./spec";

type PartitionTime = "hour" | "day" | "month" | "year";

/** From `start` to below `end`, each `interval` wide. */
interface PartitionRange {
  readonly start: number;
  readonly end: number;
  readonly interval: number;
}

/** How the table is divided. */
export interface Divided {
  /** Absent where a row is in the partition of the time at which it arrives: it says nothing of where it belongs. */
  readonly column?: string;
  /** Of a column that is no whole number. */
  readonly every?: PartitionTime;
  /** Of one that is. */
  readonly range?: PartitionRange;
}

export interface PartitionBinding extends Divided {
  /**
   * What stands behind "$" in table$20240131. "{yesterday}" is the day before that on which the run started, "{partition}"
   * what the run is told.
   */
  readonly id: string;
}

/** Digits of an id, and letters of a time as text that they are. */
const lengths = { hour: [10, 13], day: [8, 10], month: [6, 7], year: [4, 4] } as const;
const words = { hour: "2024013112", day: "20240131", month: "202401", year: "2024" } as const;

export const YESTERDAY = "{yesterday}";
export const PARTITION = "{partition}";

/** What a run is told of its partitions. */
export interface PartitionsOfRun {
  /** As 2024-01-31. */
  readonly yesterday: string;
  readonly partition: string | undefined;
}

/** What is wrong with an id, in words that go on after it; undefined where it may be one of the table's. */
export function whyNoPartition(id: string, { every = "day", range }: Divided): string | undefined {
  if (id === PARTITION) return undefined;
  if (range !== undefined) return whyNotInRange(id, range);
  if (id === YESTERDAY) {
    return every === "day" ? undefined : `which is a day, and the table has a partition for each ${every}`;
  }
  return isTime(id, every)
    ? undefined
    : `and the table has a partition for each ${every}: it is as ${words[every]}, ${YESTERDAY} or ${PARTITION}`;
}

function whyNotInRange(id: string, { start, end, interval }: PartitionRange): string | undefined {
  const number = Number(id);
  const isOne = /^-?\d+$/.test(id) && number >= start && number < end && (number - start) % interval === 0;
  return isOne
    ? undefined
    : `and the table's partitions begin at ${start}, ${start + interval} and so on to below ${end}: it is one of these, or ${PARTITION}`;
}

function isTime(id: string, every: PartitionTime): boolean {
  if (!/^\d+$/.test(id) || id.length !== lengths[every][0]) return false;
  const [year, month = "01", day = "01", hour = "00"] = [id.slice(0, 4), part(id, 4), part(id, 6), part(id, 8)];
  return isDateAt(`${year}-${month}-${day}`, 0) && Number(hour) < 24;
}

const part = (id: string, at: number): string | undefined => id.slice(at, at + 2) || undefined;

/**
 * The id of the partition that a run replaces.
 * @throws Error where the run is not told it, or the table has no such partition
 */
export function partitionOfRun({ id: given, ...divided }: PartitionBinding, run: PartitionsOfRun): string {
  if (given === YESTERDAY) return run.yesterday.replaceAll("-", "");
  const { partition } = run;
  if (given === PARTITION && partition === undefined) {
    throw new Error(`it replaces the partition ${PARTITION}, and PARTITION does not say which: run it with one`);
  }
  const id = given === PARTITION ? String(partition) : given;
  const why = id === YESTERDAY || id === PARTITION ? "which stands for nothing there" : whyNoPartition(id, divided);
  if (why !== undefined) throw new Error(`its partition is ${id}, ${why}`);
  return id;
}

/**
 * The id of the partition that a value of the table's column is in, as BigQuery has it: times are UTC's.
 * @returns undefined for what is in no partition that has an id of its own: null, and numbers outside of the range
 */
export function partitionOf({ every = "day", range }: Divided): (value: Json | undefined) => string | undefined {
  if (range === undefined) {
    const [, letters] = lengths[every];
    return (value) => (typeof value === "string" ? value.slice(0, letters).replaceAll(/[-T]/g, "") : undefined);
  }
  const { start, end, interval } = range;
  return (value) => {
    if (value === null || value === undefined) return undefined;
    const number = Number(value);
    return number >= start && number < end
      ? String(start + Math.floor((number - start) / interval) * interval)
      : undefined;
  };
}

/** Whether something read from JSON is one. */
export function isPartitionBinding(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { id, column, every, range, ...more } = value as { readonly [member: string]: unknown };
  return (
    typeof id === "string" &&
    (column === undefined || (typeof column === "string" && column !== "")) &&
    (every === undefined || (typeof every === "string" && Object.hasOwn(lengths, every))) &&
    (range === undefined || (every === undefined && column !== undefined && isRange(range))) &&
    Object.keys(more).length === 0
  );
}

function isRange(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { start, end, interval } = value as { readonly [member: string]: unknown };
  return [start, end, interval].every(Number.isInteger) && (interval as number) > 0;
}
