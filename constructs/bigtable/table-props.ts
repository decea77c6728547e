import type { BigtableTableConfig } from "@cdktf/provider-google/lib/bigtable-table";
import type { Duration } from "../../pipeline/duration";
import { limits, notADuration } from "../core/limits";
import type { Overridable } from "../core/overridable";
import type { Rules } from "../core/rules";
import { garbageFault, type Garbage } from "./garbage";
import type { AnyBigtableInstance } from "./instance";

/** Columns that belong together, and are kept and thrown away alike. */
export interface ColumnFamily {
  /**
   * What is thrown away. "never" keeps each value that a cell ever had, and all of it is paid for. No default, on
   * purpose: a cell that was written has its old values still.
   */
  readonly garbage: Garbage | "never";
  /**
   * What numbers that are added to a cell come to. It cannot be changed.
   * @default cells hold what was written
   * @see https://cloud.google.com/bigtable/docs/writes#aggregate
   */
  readonly aggregate?: "sum" | "minimum" | "maximum" | "count-distinct";
}

/** A schema of row keys is left to `overrides`. */
export interface BigtableTableProps extends Overridable<BigtableTableConfig> {
  readonly instance: AnyBigtableInstance;
  /** It cannot be changed. @default the construct's id */
  readonly name?: string;
  /** At most 100. What is not named here cannot be written. */
  readonly families: { readonly [family: string]: ColumnFamily };
  /**
   * Row keys at which the table is divided from the start, for a big load. It cannot be changed: a table with others is
   * another one.
   * @default none; Bigtable divides it as it grows
   */
  readonly splitKeys?: readonly string[];
  /**
   * How long changes can be read as a stream, 1d to 7d; "off" ends a stream that there was.
   * @default none
   */
  readonly changeStream?: Duration | "off";
  /**
   * A copy each day, and how long it is kept, 3d to 90d; "off" ends copies that there were. It is paid for.
   * @default none
   * @see https://cloud.google.com/bigtable/docs/backups#automated
   */
  readonly backups?: { readonly keep: Duration } | "off";
}

const { matches } = limits("Bigtable");
const schema = "https://cloud.google.com/bigtable/quotas#limits-tables";
const FAMILIES = 100;
const KEY_BYTES = 4_096;

export const tableNameRule = matches(
  "name",
  /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,49}$/,
  'takes 1 to 50 letters, digits, "_", "-" and ".", and "-" and "." not first',
  "https://cloud.google.com/bigtable/docs/reference/admin/rest/v2/projects.instances.tables/create",
);

export const tableRules: Rules<BigtableTableProps> = [
  tableNameRule,
  {
    id: "families-names",
    reads: ["families"],
    page: schema,
    broken({ families }) {
      const names = Object.keys(families);
      if (names.length === 0) return "families is empty: a table without one takes no data";
      if (names.length > FAMILIES) return `families has ${names.length} families: Bigtable takes ${FAMILIES}`;
      const wrong = names.find((name) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(name));
      return wrong && `families has "${wrong}": Bigtable takes 1 to 64 letters, digits, "_", "-" and "."`;
    },
  },
  {
    id: "families-garbage",
    reads: ["families"],
    ofTokens: true,
    page: "https://cloud.google.com/bigtable/docs/garbage-collection",
    broken({ families }) {
      for (const [name, { garbage }] of Object.entries(families)) {
        const fault = garbage === "never" ? undefined : garbageFault(garbage);
        if (fault !== undefined) return `families.${name}.garbage${fault}`;
      }
      return undefined;
    },
  },
  {
    id: "splitKeys-form",
    reads: ["splitKeys"],
    page: schema,
    broken({ splitKeys = [] }) {
      const wrong = splitKeys.find((key) => key === "" || Buffer.byteLength(key) > KEY_BYTES);
      if (wrong !== undefined)
        return `splitKeys has a key of ${Buffer.byteLength(wrong)} bytes: Bigtable takes 1 to ${KEY_BYTES}`;
      const twice = splitKeys.find((key, index) => splitKeys.indexOf(key) < index);
      return twice && `splitKeys has ${twice} twice`;
    },
  },
  {
    id: "changeStream-range",
    reads: ["changeStream"],
    ofTokens: true,
    page: "https://cloud.google.com/bigtable/docs/change-streams-overview",
    broken({ changeStream = "off" }) {
      const sentence = changeStream === "off" ? undefined : notADuration(changeStream, "1d", "7d");
      return sentence && `changeStream ${sentence("Bigtable")}`;
    },
  },
  {
    id: "backups-keep",
    reads: ["backups"],
    ofTokens: true,
    page: "https://cloud.google.com/bigtable/docs/backups#automated",
    broken({ backups = "off" }) {
      const sentence = backups === "off" ? undefined : notADuration(backups.keep, "3d", "90d");
      return sentence && `backups.keep ${sentence("Bigtable")}`;
    },
  },
];
