import { BigqueryRoutine, type BigqueryRoutineConfig } from "@cdktf/provider-google/lib/bigquery-routine";
import { Construct } from "constructs";
import { fieldSpecs } from "../../pipeline/schema/field-spec";
import type { AnyField } from "../../pipeline/schema/field";
import type { FieldSpec, FieldType } from "../../pipeline/spec";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rule, type Rules } from "../core/rules";
import { snake } from "../core/text";
import { nothing, type Waits } from "../core/waits";
import type { AnyDataset } from "./dataset";
import { bigquery } from "./limits";

/** What all functions and procedures have. */
export interface RoutineProps extends Overridable<BigqueryRoutineConfig> {
  readonly dataset: AnyDataset;
  /** @default the construct's id, with "_" for what a name may not have */
  readonly name?: string;
  /** @default none */
  readonly description?: string;
}

/** In their order, each of a type in the pipeline language's words: `{ amount: float() }`. "any": of whatever type. */
export type RoutineArguments = { readonly [name: string]: AnyField | "any" };

const routineName = bigquery.matches(
  "name",
  /^[A-Za-z0-9_]{1,256}$/,
  'takes up to 256 letters, digits and "_" in the name of a routine',
  "https://cloud.google.com/bigquery/docs/routines",
);

const mostArguments: Rule<{ readonly arguments?: RoutineArguments }> = {
  id: "arguments-form",
  reads: ["arguments"],
  page: "https://cloud.google.com/bigquery/quotas#udf_limits",
  broken({ arguments: all = {} }) {
    const names = Object.keys(all);
    if (names.length > 256) return `arguments has ${names.length}: BigQuery takes at most 256`;
    const wrong = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name));
    return wrong === undefined
      ? undefined
      : `arguments has "${wrong}": a name has letters, digits and "_", and no digit first`;
  },
};

export const routineRules = [routineName, mostArguments];

/**
 * A function or procedure that queries call. Who calls it needs to see it, and to be allowed what it does, unless what
 * it reads lets it read in its own name: `dataset.authorizeRoutine(routine)`.
 */
export abstract class Routine<Props extends RoutineProps = RoutineProps> extends Construct {
  readonly resource: BigqueryRoutine;
  readonly name: string;
  readonly dataset: AnyDataset;
  /** project.dataset.routine: a reference, so whoever names it comes after it. */
  readonly path: string;

  protected constructor(
    scope: Construct,
    id: string,
    props: Props,
    rules: Rules<Props>,
    config: () => Omit<BigqueryRoutineConfig, "datasetId" | "routineId">,
    waits: Waits = nothing,
  ) {
    super(scope, id);
    const { dataset } = props;
    this.name = props.name ?? snake(id);
    this.dataset = dataset;
    check(this, { ...props, name: this.name }, rules);
    this.resource = make(
      this,
      "resource",
      BigqueryRoutine,
      this.key,
      {
        project: dataset.project,
        datasetId: dataset.name,
        routineId: this.name,
        description: props.description,
        ...config(),
        ...props.overrides,
      },
      waits,
    );
    const datasetId = reference(this.resource, "dataset_id", dataset.plainName);
    this.path = `${dataset.project}.${datasetId}.${reference(this.resource, "routine_id", this.name)}`;
  }

  /** The name in addresses. */
  get key(): string {
    return `${this.dataset.key}-${this.name}`;
  }

  /** P.D.R as plain text. */
  get fullName(): string {
    return `${this.dataset.fullName}.${this.name}`;
  }

  /**
   * May call it: roles/bigquery.metadataViewer on its dataset, as Terraform's provider has no rights on one routine. What
   * lies in the dataset's tables cannot be read by that.
   */
  grantCall(to: Identity, options?: GrantOptions): Grant {
    return this.dataset.grantMetadata(to, options);
  }
}

const kinds: { readonly [type in Exclude<FieldType, "RECORD">]: string } = {
  BOOLEAN: "BOOL",
  BYTES: "BYTES",
  DATE: "DATE",
  DATETIME: "DATETIME",
  FLOAT: "FLOAT64",
  INTEGER: "INT64",
  JSON: "JSON",
  NUMERIC: "NUMERIC",
  STRING: "STRING",
  TIME: "TIME",
  TIMESTAMP: "TIMESTAMP",
};

/**
 * A type as BigQuery's API writes it, its names sorted as the provider sorts them.
 * @see https://cloud.google.com/bigquery/docs/reference/rest/v2/StandardSqlDataType
 */
function typeOf({ type, mode, fields = [] }: Pick<FieldSpec, "type" | "mode" | "fields">): object {
  const one =
    type === "RECORD"
      ? {
          structType: { fields: fields.map((field) => ({ name: field.name, type: typeOf(field) })) },
          typeKind: "STRUCT",
        }
      : { typeKind: kinds[type] };
  return mode === "REPEATED" ? { arrayElementType: one, typeKind: "ARRAY" } : one;
}

const specOf = (field: AnyField): FieldSpec | undefined => fieldSpecs({ field })[0];

/** As text, as Terraform's provider takes a type. */
export function typeText(field: AnyField): string {
  const spec = specOf(field);
  return spec === undefined ? "" : JSON.stringify(typeOf(spec));
}

/** The columns of a table that a function makes. */
export const tableTypeText = (columns: readonly FieldSpec[]): string =>
  JSON.stringify({ columns: columns.map((column) => ({ name: column.name, type: typeOf(column) })) });

export const argumentsOf = (all: RoutineArguments = {}) =>
  Object.entries(all).map(([name, field]) =>
    field === "any" ? { name, argumentKind: "ANY_TYPE" } : { name, dataType: typeText(field) },
  );
