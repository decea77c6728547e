import type { Construct } from "constructs";
import type { AnyField } from "../../pipeline/schema/field";
import { fieldSpecs } from "../../pipeline/schema/field-spec";
import { Schema } from "../../pipeline/schema/schema";
import type { Rules } from "../core/rules";
import { literal } from "../core/text";
import { queries } from "./journey-rules";
import { queryRule } from "./query-size";
import {
  argumentsOf,
  Routine,
  routineRules,
  tableTypeText,
  typeText,
  type RoutineArguments,
  type RoutineProps,
} from "./routine";
import type { TableColumns } from "./table-schema";

export interface SqlFunctionProps extends RoutineProps {
  /** @default none */
  readonly arguments?: RoutineArguments;
  /** What it gives is cast to this. @default what the expression is */
  readonly returns?: AnyField;
  /** An expression of GoogleSQL over the arguments: "amount * 1.1". A query stands in brackets. */
  readonly expression: string;
  /** Can be chosen as what a policy shows in place of a column's values. @default false */
  readonly masking?: boolean;
}

const functionRules: Rules<SqlFunctionProps> = [
  ...routineRules,
  {
    id: "expression-empty",
    reads: ["expression"],
    page: "https://cloud.google.com/bigquery/docs/user-defined-functions",
    broken: ({ expression }) => (expression.trim() === "" ? "expression is empty" : undefined),
  },
  {
    id: "masking-arguments",
    reads: ["masking", "arguments"],
    page: "https://cloud.google.com/bigquery/docs/user-defined-functions#custom-mask",
    broken({ masking, arguments: all = {} }) {
      const { length } = Object.keys(all);
      return masking === true && length !== 1
        ? `masking takes one argument, the column's value, and there are ${length}`
        : undefined;
    },
  },
];

/**
 * A function of GoogleSQL that gives a value.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/user-defined-functions
 */
export class SqlFunction extends Routine<SqlFunctionProps> {
  constructor(scope: Construct, id: string, props: SqlFunctionProps) {
    const { expression, returns, masking } = props;
    super(scope, id, props, functionRules, () => ({
      routineType: "SCALAR_FUNCTION",
      language: "SQL",
      arguments: argumentsOf(props.arguments),
      returnType: returns && typeText(returns),
      definitionBody: literal(expression),
      dataGovernanceType: masking === true ? "DATA_MASKING" : undefined,
    }));
    queries.tell(this, { text: expression, dataset: props.dataset.fullName, checked: true });
  }
}

export interface TableFunctionProps extends RoutineProps {
  /** @default none */
  readonly arguments?: { readonly [name: string]: AnyField };
  /** The columns that it gives. @default those of the query */
  readonly columns?: TableColumns;
  /** GoogleSQL over the arguments. Name tables by their path, in backticks, and the function comes after them. */
  readonly query: string;
}

const tableFunctionRules: Rules<TableFunctionProps> = [...routineRules, queryRule];

/**
 * A view that takes arguments: `SELECT * FROM clicks_of("a")`.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/table-functions
 */
export class TableFunction extends Routine<TableFunctionProps> {
  constructor(scope: Construct, id: string, props: TableFunctionProps) {
    const { query, columns } = props;
    super(scope, id, props, tableFunctionRules, () => ({
      routineType: "TABLE_VALUED_FUNCTION",
      language: "SQL",
      arguments: argumentsOf(props.arguments),
      returnTableType: columns && tableTypeText(fieldSpecs(columns instanceof Schema ? columns.fields : columns)),
      definitionBody: literal(query),
    }));
    queries.tell(this, { text: query, dataset: props.dataset.fullName, checked: true });
  }
}

export interface StoredProcedureProps extends RoutineProps {
  /** What it is called with, and what it gives back. @default none */
  readonly arguments?: { readonly [name: string]: AnyField };
  /** Names of arguments that it gives back. @default none */
  readonly out?: readonly string[];
  /** Names of arguments that it takes and gives back. @default none */
  readonly inOut?: readonly string[];
  /** Statements of GoogleSQL. */
  readonly body: string;
  /**
   * "definer": it does what whoever deployed it may do; "invoker": what its caller may.
   * @default "invoker", as Google does
   */
  readonly securityMode?: "definer" | "invoker";
}

const procedureRules: Rules<StoredProcedureProps> = [
  ...routineRules,
  {
    id: "body-empty",
    reads: ["body"],
    page: "https://cloud.google.com/bigquery/docs/procedures",
    broken: ({ body }) => (body.trim() === "" ? "body is empty" : undefined),
  },
  {
    id: "out-arguments",
    reads: ["out", "inOut", "arguments"],
    page: "https://cloud.google.com/bigquery/docs/procedures#pass_a_value_with_an_input_parameter",
    broken({ out = [], inOut = [], arguments: all = {} }) {
      const unknown = [...out, ...inOut].find((name) => all[name] === undefined);
      if (unknown !== undefined) return `out or inOut has "${unknown}", which is none of the arguments`;
      const both = out.find((name) => inOut.includes(name));
      return both === undefined ? undefined : `out and inOut both have "${both}": it is the one or the other`;
    },
  },
];

/**
 * Statements that are called by name.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/procedures
 */
export class StoredProcedure extends Routine<StoredProcedureProps> {
  constructor(scope: Construct, id: string, props: StoredProcedureProps) {
    const { body, out = [], inOut = [], securityMode } = props;
    const mode = (name: string): string => (out.includes(name) ? "OUT" : inOut.includes(name) ? "INOUT" : "IN");
    super(scope, id, props, procedureRules, () => ({
      routineType: "PROCEDURE",
      language: "SQL",
      arguments: argumentsOf(props.arguments).map((argument) => ({ ...argument, mode: mode(argument.name) })),
      definitionBody: literal(body),
      securityMode: securityMode?.toUpperCase(),
    }));
    queries.tell(this, { text: body, dataset: props.dataset.fullName, checked: true });
  }
}
