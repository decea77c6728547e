/** The pseudo columns of rows that are written as changes. @see https://cloud.google.com/bigquery/docs/change-data-capture */
import { EnumValue, type WireColumn, type WireRow } from "../../../../pipeline/schema/storage-read";
import { BadValue } from "../rows/json-value";
import { type Change, sequenceOf } from "../store/changes";

/** Why a writer's schema does not fit a table. */
export class SchemaMismatch extends Error {
  override readonly name = "SchemaMismatch";
  constructor(
    message: string,
    /** It has fields that the table has not. */
    readonly extra: boolean,
  ) {
    super(message);
  }
}

const CHANGE_TYPE = "_change_type";
const SEQUENCE_NUMBER = "_change_sequence_number";

export type SentChange = Pick<Change, "type" | "sequence">;

interface ChangeReader {
  /** The columns that are none of these. */
  readonly columns: readonly WireColumn[];
  read(row: WireRow): SentChange | BadValue;
}

/**
 * @returns undefined where rows say nothing of changes
 * @throws SchemaMismatch where a pseudo column is no text
 */
export function changeReader(sent: readonly WireColumn[]): ChangeReader | undefined {
  const [type, sequence] = [CHANGE_TYPE, SEQUENCE_NUMBER].map((name) => pseudoColumn(sent, name));
  if (type === undefined) return undefined;
  return {
    columns: sent.filter((column) => column !== type && column !== sequence),
    read(row) {
      const change = textOf(row, type);
      if (change !== "UPSERT" && change !== "DELETE") {
        return new BadValue(type.name, `The given value is not a valid CHANGE_TYPE: ${JSON.stringify(change ?? "")}`);
      }
      const number = sequence === undefined ? undefined : textOf(row, sequence);
      const comparable = sequenceOf(number);
      if (comparable === undefined) {
        return new BadValue(
          SEQUENCE_NUMBER,
          `The given value is not a valid CHANGE_SEQUENCE_NUMBER: ${JSON.stringify(number)}`,
        );
      }
      return { type: change, sequence: comparable };
    },
  };
}

function pseudoColumn(sent: readonly WireColumn[], name: string): WireColumn | undefined {
  const column = sent.find((one) => one.name.toLowerCase() === name);
  if (column === undefined || (["string", "enum"].includes(column.type) && column.label !== "repeated")) return column;
  throw new SchemaMismatch(
    `The proto field mismatched with BigQuery field at ${name}, the proto field type ${column.type}, BigQuery field type STRING`,
    false,
  );
}

function textOf(row: WireRow, { name }: WireColumn): string | undefined {
  const value = Object.hasOwn(row, name) ? row[name] : undefined;
  return value instanceof EnumValue ? value.name : (value as string | undefined);
}
