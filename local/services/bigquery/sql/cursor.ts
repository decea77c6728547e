import { NotTranslated, SqlError } from "./sql-error";
import { tokenAt, type Token } from "./tokens";

/** Words that no name is without backticks. @see https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#reserved_keywords */
const reserved = new Set(
  `ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS CUBE CURRENT
  DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL
  GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP
  MERGE NATURAL NEW NO NOT NULL NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE
  RESPECT RIGHT ROLLUP ROWS SELECT SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST USING WHEN
  WHERE WINDOW WITH WITHIN`.split(/\s+/),
);

/** A name, and where it stands. */
export interface Identifier {
  readonly name: string;
  readonly at: number;
}

/** Walks over the tokens of a query. */
export class Cursor {
  private token: Token;
  private previousEnd = 0;

  constructor(readonly source: string) {
    this.token = tokenAt(source, 0);
  }

  get at(): number {
    return this.token.at;
  }

  /** Where the last token that was taken ended. */
  get end(): number {
    return this.previousEnd;
  }

  get current(): Token {
    return this.token;
  }

  /** The token after `skip` others, the current one being 0. */
  peek(skip: number): Token {
    let token = this.token;
    for (let left = skip; left > 0; left--) token = tokenAt(this.source, token.end);
    return token;
  }

  advance(): Token {
    const taken = this.token;
    this.previousEnd = taken.end;
    this.token = tokenAt(this.source, taken.end);
    return taken;
  }

  /** Goes on at an offset of the source: what lies before it was read in another way. */
  jump(at: number): void {
    this.previousEnd = at;
    this.token = tokenAt(this.source, at);
  }

  /** Whether these words and symbols come next. */
  is(...words: readonly string[]): boolean {
    return words.every((word, at) => same(this.peek(at), word));
  }

  isAny(words: readonly string[]): boolean {
    return words.some((word) => this.is(word));
  }

  /** Takes them, if they come next. */
  take(...words: readonly string[]): boolean {
    if (!this.is(...words)) return false;
    for (const _ of words) this.advance();
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) {
      if (this.take(word)) continue;
      const wanted = /^[A-Z]/.test(word) ? `keyword ${word}` : `"${word}"`;
      throw new SqlError(`Syntax error: Expected ${wanted} but got ${shown(this.token)}`, this.source, this.at);
    }
  }

  identifier(): Identifier {
    if (!this.isName()) throw this.unexpected();
    const { text, at } = this.advance();
    return { name: text, at };
  }

  /** A name that may also be a word which is reserved elsewhere: what follows a point. */
  anyWord(): Identifier {
    if (this.token.kind !== "word" && this.token.kind !== "quoted") throw this.unexpected();
    const { text, at } = this.advance();
    return { name: text, at };
  }

  isName(token = this.token): boolean {
    return token.kind === "quoted" || (token.kind === "word" && !reserved.has(token.text.toUpperCase()));
  }

  /** Items with commas between them. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.take(",")) items.push(item());
    return items;
  }

  /** In round brackets. */
  enclosed<T>(inner: () => T): T {
    this.expect("(");
    const value = inner();
    this.expect(")");
    return value;
  }

  unexpected(): SqlError {
    return new SqlError(`Syntax error: Unexpected ${shown(this.token)}`, this.source, this.at);
  }

  fail(message: string, at = this.at): SqlError {
    return new SqlError(message, this.source, at);
  }

  notTranslated(construct: string, at = this.at, instead?: string): NotTranslated {
    return new NotTranslated(construct, this.source, at, instead);
  }
}

const same = ({ kind, text }: Token, word: string): boolean =>
  kind === "word" ? text.toUpperCase() === word : kind === "symbol" && text === word;

function shown({ kind, text }: Token): string {
  if (kind === "end") return "end of script";
  if (kind === "word") {
    return reserved.has(text.toUpperCase()) ? `keyword ${text.toUpperCase()}` : `identifier "${text}"`;
  }
  if (kind === "quoted") return `identifier "${text}"`;
  if (kind === "integer") return `integer literal "${text}"`;
  if (kind === "float") return `floating point literal "${text}"`;
  if (kind === "string") return `string literal ${JSON.stringify(text)}`;
  if (kind === "bytes") return "bytes literal";
  if (kind === "parameter") return text === "" ? '"?"' : `"@${text}"`;
  return `"${text}"`;
}
