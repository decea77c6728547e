/** The names that an expression may use, and what they are. */
import { quoted } from "../../schema/duckdb-type";
import type { Identifier } from "../cursor";
import { typed, type Typed } from "../typed";
import { record, type SqlType } from "../types";

/** A column that can be named. */
export interface NamedColumn {
  readonly name: string;
  readonly type: SqlType;
  /** SQL of its value. */
  readonly sql: string;
}

/** What stands in FROM: a table, a subquery, the elements of an array. */
export interface Source {
  readonly alias?: string;
  readonly columns: readonly NamedColumn[];
  /** Of an array's elements: the element itself, which the alias names. */
  readonly value?: Typed;
  /** Columns that are only reached by the alias, in small letters: a join's USING shows them once. */
  readonly hidden?: ReadonlySet<string>;
}

export class AmbiguousName extends Error {
  override readonly name = "AmbiguousName";
}

export class Scope {
  constructor(
    readonly sources: readonly Source[],
    readonly parent?: Scope,
    /** Names of the select list, for what comes after it. */
    readonly aliases: ReadonlyMap<string, Typed> = new Map(),
  ) {}

  withAliases(aliases: ReadonlyMap<string, Typed>): Scope {
    return new Scope(this.sources, this.parent, aliases);
  }

  /** As it is within an aggregate: SUM(n) AS n is not the sum of itself. */
  withoutAliases(): Scope {
    return this.aliases.size === 0 ? this : new Scope(this.sources, this.parent);
  }

  /**
   * What the beginning of a path names, and how many of its parts.
   * @throws AmbiguousName
   */
  find(parts: readonly Identifier[]): { readonly value: Typed; readonly used: number } | undefined {
    const name = (parts[0] as Identifier).name.toLowerCase();
    const alias = this.aliases.get(name);
    if (alias !== undefined) return { value: alias, used: 1 };
    return this.ofSource(name, parts[1]) ?? this.column(name) ?? this.rowOf(name, parts[1]) ?? this.parent?.find(parts);
  }

  /** A source by its alias. */
  source(alias: string): Source | undefined {
    return this.sources.find((one) => one.alias?.toLowerCase() === alias.toLowerCase());
  }

  /** Names that could have been meant, of this scope and those around it. */
  names(): readonly string[] {
    const own = this.sources.flatMap(({ alias, columns }) => [
      ...(alias === undefined ? [] : [alias]),
      ...columns.map(({ name }) => name),
    ]);
    return [...own, ...(this.parent?.names() ?? [])];
  }

  private column(name: string): { readonly value: Typed; readonly used: number } | undefined {
    const found = this.sources.flatMap(({ columns, hidden }) =>
      hidden?.has(name) === true ? [] : columns.filter((column) => column.name.toLowerCase() === name),
    );
    const [first, second] = found;
    if (first === undefined) return undefined;
    // The elements of an array are called as their alias: the same thing under two names is not ambiguous.
    if (second !== undefined && second.sql !== first.sql) {
      throw new AmbiguousName(`Column name ${first.name} is ambiguous`);
    }
    return { value: typed(first.sql, first.type), used: 1 };
  }

  /** A table's column by the table's alias; an array's element by its own. */
  private ofSource(
    name: string,
    next: Identifier | undefined,
  ): { readonly value: Typed; readonly used: number } | undefined {
    const source = this.source(name);
    if (source?.value !== undefined) return { value: source.value, used: 1 };
    const wanted = next?.name.toLowerCase();
    const column = source?.columns.find((one) => one.name.toLowerCase() === wanted);
    return column && { value: typed(column.sql, column.type), used: 2 };
  }

  /** A table's alias alone: its whole row. */
  private rowOf(
    name: string,
    next: Identifier | undefined,
  ): { readonly value: Typed; readonly used: number } | undefined {
    const source = next === undefined ? this.source(name) : undefined;
    return source && { value: wholeRow(source), used: 1 };
  }
}

/** A table's row as a STRUCT. */
export function wholeRow({ columns }: Source): Typed {
  const fields = columns.map(({ name, sql }) => `${quotedKey(name)}: ${sql}`);
  return typed(`{${fields.join(", ")}}`, record(columns.map(({ name, type }) => ({ name, type }))));
}

/** A field's name in a STRUCT of DuckDB. */
export const quotedKey = (name: string): string => `'${name.replaceAll("'", "''")}'`;

/** "alias"."name" for each. */
export const columnsOf = (
  alias: string,
  columns: readonly { readonly name: string; readonly type: SqlType; readonly emitted?: string }[],
): readonly NamedColumn[] =>
  columns.map(({ name, type, emitted = name }) => ({ name, type, sql: `${quoted(alias)}.${quoted(emitted)}` }));
