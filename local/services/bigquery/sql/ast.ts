/** GoogleSQL as a tree. `at` is an offset in the source. */
import type { Identifier } from "./cursor";
import type { SqlType } from "./types";

interface Node<Kind extends string> {
  readonly kind: Kind;
  readonly at: number;
}

export type Literal =
  | (Node<"literal"> & { readonly type: "STRING" | "BYTES" | "INTEGER" | "FLOAT"; readonly text: string })
  /** DATE '2024-01-31', NUMERIC '1.5', JSON '{}' */
  | (Node<"typed literal"> & { readonly type: TypedLiteralKind; readonly text: string })
  | (Node<"boolean"> & { readonly value: boolean })
  | Node<"null">;
export type TypedLiteralKind = "DATE" | "DATETIME" | "TIME" | "TIMESTAMP" | "NUMERIC" | "JSON";

export type Expression =
  | Literal
  /** Named, or the n-th question mark. */
  | (Node<"parameter"> & { readonly name: string; readonly position: number })
  /** a, a.b.c: what is a table's and what is a field's is found out by the names in scope. */
  | (Node<"path"> & { readonly parts: readonly Identifier[] })
  | (Node<"field"> & { readonly of: Expression; readonly name: Identifier })
  | (Node<"subscript"> & { readonly of: Expression; readonly by: SubscriptKind; readonly index: Expression })
  | (Node<"unary"> & { readonly operator: "-" | "+" | "~" | "NOT"; readonly operand: Expression })
  | (Node<"binary"> & { readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression })
  | (Node<"between"> & {
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly not: boolean;
    })
  | (Node<"in"> & { readonly operand: Expression; readonly not: boolean; readonly list: InList })
  | (Node<"like"> & {
      readonly operand: Expression;
      readonly patterns: readonly Expression[];
      readonly quantifier?: "ANY" | "ALL";
      readonly not: boolean;
    })
  | (Node<"is"> & { readonly operand: Expression; readonly what: "NULL" | "TRUE" | "FALSE"; readonly not: boolean })
  | (Node<"distinct from"> & { readonly left: Expression; readonly right: Expression; readonly not: boolean })
  | (Node<"case"> & {
      readonly operand?: Expression;
      readonly branches: readonly Branch[];
      readonly otherwise?: Expression;
    })
  | (Node<"cast"> & { readonly operand: Expression; readonly type: SqlType; readonly safe: boolean })
  | (Node<"extract"> & { readonly part: DatePart; readonly from: Expression; readonly zone?: Expression })
  | (Node<"interval"> & { readonly value: Expression; readonly part: DatePart })
  | (Node<"array"> & { readonly elements: readonly Expression[]; readonly type?: SqlType })
  | (Node<"struct"> & { readonly fields: readonly StructField[]; readonly type?: SqlType })
  | (Node<"subquery"> & { readonly form: "scalar" | "array" | "exists"; readonly query: Query })
  | Call;

export type SubscriptKind = "plain" | "OFFSET" | "SAFE_OFFSET" | "ORDINAL" | "SAFE_ORDINAL";
export type BinaryOperator =
  | "AND"
  | "OR"
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "+"
  | "-"
  | "*"
  | "/"
  | "||"
  | "<<"
  | ">>"
  | "&"
  | "^"
  | "|";
export type InList =
  | { readonly kind: "values"; readonly values: readonly Expression[] }
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "array"; readonly array: Expression };
export interface Branch {
  readonly when: Expression;
  readonly result: Expression;
}
export interface StructField {
  readonly name?: Identifier;
  readonly value: Expression;
}
/** DAY, WEEK(MONDAY) */
export interface DatePart {
  readonly name: string;
  readonly weekday?: string;
  readonly at: number;
}

export interface Call extends Node<"call"> {
  /** In capitals, as it is called: "SAFE.PARSE_JSON" is PARSE_JSON and safe. */
  readonly name: string;
  readonly safe: boolean;
  readonly arguments: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
  /** COUNT(*) */
  readonly star: boolean;
  readonly distinct: boolean;
  readonly nulls?: "IGNORE" | "RESPECT";
  /** ANY_VALUE(x HAVING MAX y) */
  readonly having?: { readonly most: "MAX" | "MIN"; readonly by: Expression };
  readonly orderBy: readonly Ordering[];
  readonly limit?: Expression;
  readonly over?: WindowSpec | Identifier;
}

export interface Ordering {
  readonly by: Expression;
  readonly descending: boolean;
  readonly nulls?: "FIRST" | "LAST";
}
export interface WindowSpec {
  readonly base?: Identifier;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly Ordering[];
  /** ROWS BETWEEN ..., DuckDB's words are the same; the bounds are expressions. */
  readonly frame?: { readonly unit: "ROWS" | "RANGE"; readonly from: FrameBound; readonly to?: FrameBound };
}
export type FrameBound =
  | { readonly kind: "words"; readonly words: "UNBOUNDED PRECEDING" | "UNBOUNDED FOLLOWING" | "CURRENT ROW" }
  | { readonly kind: "offset"; readonly offset: Expression; readonly direction: "PRECEDING" | "FOLLOWING" };

export interface Query {
  readonly at: number;
  readonly with: readonly CommonTable[];
  readonly recursive: boolean;
  readonly body: QueryBody;
  readonly orderBy: readonly Ordering[];
  readonly limit?: Expression;
  readonly offset?: Expression;
}
export interface CommonTable {
  readonly name: Identifier;
  readonly query: Query;
}
export type QueryBody =
  | Select
  | { readonly kind: "nested"; readonly query: Query }
  | {
      readonly kind: "set";
      readonly operator: SetOperator;
      readonly at: number;
      readonly left: QueryBody;
      readonly right: QueryBody;
    };
export type SetOperator = "UNION ALL" | "UNION DISTINCT" | "INTERSECT DISTINCT" | "EXCEPT DISTINCT";

export interface Select {
  readonly kind: "select";
  readonly at: number;
  readonly distinct: boolean;
  /** SELECT AS STRUCT, SELECT AS VALUE */
  readonly as?: "STRUCT" | "VALUE";
  readonly items: readonly SelectItem[];
  readonly from?: FromItem;
  readonly where?: Expression;
  readonly groupBy?: GroupBy;
  readonly having?: Expression;
  readonly qualify?: Expression;
  readonly windows: readonly { readonly name: Identifier; readonly spec: WindowSpec }[];
}
export type SelectItem =
  | { readonly kind: "expression"; readonly value: Expression; readonly alias?: Identifier; readonly at: number }
  /** *, t.*, (expression).*, without and in place of some columns */
  | {
      readonly kind: "star";
      readonly of?: Expression;
      readonly at: number;
      readonly except: readonly Identifier[];
      readonly replace: readonly { readonly name: Identifier; readonly value: Expression }[];
    };
export type GroupBy =
  | { readonly kind: "all" }
  | { readonly kind: "expressions" | "ROLLUP" | "CUBE"; readonly by: readonly Expression[] }
  | { readonly kind: "sets"; readonly sets: readonly (readonly Expression[])[] };

export type FromItem =
  | {
      readonly kind: "table";
      readonly at: number;
      readonly path: TablePath;
      readonly alias?: Identifier;
      readonly offset?: Identifier;
    }
  | { readonly kind: "query"; readonly at: number; readonly query: Query; readonly alias?: Identifier }
  | {
      readonly kind: "unnest";
      readonly at: number;
      readonly array: Expression;
      readonly alias?: Identifier;
      readonly offset?: Identifier;
    }
  | {
      readonly kind: "join";
      readonly at: number;
      readonly type: "CROSS" | "INNER" | "LEFT" | "RIGHT" | "FULL";
      readonly left: FromItem;
      readonly right: FromItem;
      readonly on?: Expression;
      readonly using?: readonly Identifier[];
    };

/** Parts between points, a project's dashes and all. */
export interface TablePath {
  readonly at: number;
  readonly parts: readonly Identifier[];
}

export interface ColumnDefinition {
  readonly name: Identifier;
  readonly type: SqlType;
  readonly required: boolean;
  /** It is the table's primary key by itself. */
  readonly isKey: boolean;
  readonly description?: string;
}

export type Statement =
  | (Node<"query"> & { readonly query: Query })
  | (Node<"insert"> & { readonly into: TablePath; readonly columns?: readonly Identifier[]; readonly rows: InsertRows })
  | (Node<"update"> & {
      readonly table: TablePath;
      readonly alias?: Identifier;
      readonly set: readonly Assignment[];
      readonly from?: FromItem;
      readonly where: Expression;
    })
  | (Node<"delete"> & { readonly from: TablePath; readonly alias?: Identifier; readonly where: Expression })
  | (Node<"truncate"> & { readonly table: TablePath })
  | (Node<"merge"> & {
      readonly into: TablePath;
      readonly alias?: Identifier;
      readonly using: FromItem;
      readonly on: Expression;
      readonly branches: readonly MergeBranch[];
    })
  | (Node<"create table"> & {
      readonly table: TablePath;
      readonly replace: boolean;
      readonly ifNotExists: boolean;
      readonly columns?: readonly ColumnDefinition[];
      readonly primaryKey: readonly Identifier[];
      readonly partitionBy?: Expression;
      readonly clusterBy: readonly Identifier[];
      readonly options: Options;
      readonly query?: Query;
    })
  | (Node<"create view"> & {
      readonly view: TablePath;
      readonly replace: boolean;
      readonly ifNotExists: boolean;
      readonly options: Options;
      readonly query: Query;
      /** The query as it is written. */
      readonly text: string;
    })
  | (Node<"drop"> & {
      readonly what: "TABLE" | "VIEW" | "SCHEMA";
      readonly name: TablePath;
      readonly ifExists: boolean;
      readonly cascade: boolean;
    })
  | (Node<"create schema"> & { readonly name: TablePath; readonly ifNotExists: boolean; readonly options: Options })
  | (Node<"add columns"> & {
      readonly table: TablePath;
      readonly columns: readonly (ColumnDefinition & { readonly ifNotExists: boolean })[];
    });

export interface Options {
  readonly [name: string]: Expression;
}
export interface Assignment {
  readonly target: readonly Identifier[];
  readonly value: Expression | "DEFAULT";
}
export type InsertRows =
  | { readonly kind: "values"; readonly rows: readonly (readonly (Expression | "DEFAULT")[])[] }
  | { readonly kind: "query"; readonly query: Query };
export interface MergeBranch {
  readonly matched: "MATCHED" | "NOT MATCHED" | "NOT MATCHED BY SOURCE";
  readonly and?: Expression;
  readonly action:
    | { readonly kind: "update"; readonly set: readonly Assignment[] }
    | { readonly kind: "delete" }
    | {
        readonly kind: "insert";
        readonly columns?: readonly Identifier[];
        readonly values: readonly (Expression | "DEFAULT")[] | "ROW";
      };
}
