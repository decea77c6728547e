/** Rows with what a side input says of them. */
import { generate, keyOf, literal } from "../../../pipeline/schema/generated";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec, InputSpec, Json, StepSpec } from "../../../pipeline/spec";
import type { Refuse } from "./error-rows";
import { stepFunction, type TakeRow } from "./flow";

type EnrichStep = Extract<StepSpec, { readonly kind: "enrich" }>;

/** The rows of a side input by key, replaced as a whole: what is looked up in the middle of a batch is of one version. */
export class SideTable {
  /** Sees one version; {@link set} gives the next. */
  rows: ReadonlyMap<Json, AnyRow> = new Map();
  private readonly keyOf: (row: AnyRow) => Json;

  constructor({ key = [] }: InputSpec) {
    this.keyOf = generate(`return (row) => ${keyText(key)};`, { part }) as (row: AnyRow) => Json;
  }

  /** Of rows with one key the last one counts; one with a null in its key is found by nothing. */
  set(rows: readonly AnyRow[]): void {
    const found = new Map<Json, AnyRow>();
    for (const row of rows) {
      const key = this.keyOf(row);
      if (key !== null) found.set(key, row);
    }
    this.rows = found;
  }
}

export interface EnrichOptions {
  readonly step: EnrichStep;
  readonly side: InputSpec;
  readonly table: SideTable;
  /** Names of the row's own fields that go on, and of those that are added. */
  readonly kept: readonly string[];
  readonly added: readonly string[];
  readonly refuse: Refuse;
  readonly next: TakeRow;
}

export function enrich({ step, side, table, kept, added, refuse, next }: EnrichOptions): TakeRow {
  const own = kept.map((name) => `${keyOf(name)}: row[${literal(name)}]`);
  const give = (valueOf: (name: string) => string): string =>
    `next({ ${[...own, ...added.map((name) => `${keyOf(name)}: ${valueOf(name)}`)].join(", ")} }, time);`;
  const missing = {
    null: give((name) => absent(side.fields.find((field) => field.name === name))),
    drop: "",
    error: "refuse('function', nothing(row), row, time);",
  }[step.missing];
  const fields = (side.key ?? []).map((name) => step.on[name] ?? "");
  return stepFunction(
    `const key = ${keyText(fields)};
    const found = key === null ? undefined : table.rows.get(key);
    if (found !== undefined) ${give((name) => `found[${literal(name)}]`)}
    else { ${missing} }`,
    {
      table,
      part,
      refuse,
      next,
      nothing: (row: AnyRow) =>
        `${step.side} has no row for ${JSON.stringify(Object.values(step.on).map((name) => row[name]))}`,
    },
  );
}

const absent = (field: FieldSpec | undefined): string => (field?.mode === "REPEATED" ? "[]" : "null");

/** The key of a row as code: null where a part of it is. One field is its own key. */
function keyText(names: readonly string[]): string {
  const values = names.map((name) => `row[${literal(name)}]`);
  const [only] = values;
  if (only !== undefined && values.length === 1) return only;
  return `${values.map((value) => `${value} === null`).join(" || ")} ? null : ${values.map((value) => `part(${value})`).join(" + ")}`;
}

function part(value: string | number | boolean): string {
  const text = String(value);
  return `${text.length}:${text}`;
}
