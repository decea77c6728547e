/**
 * The lexical structure of GoogleSQL.
 * @see https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
 */
import { SqlError } from "./sql-error";

export interface Token {
  readonly kind: "word" | "quoted" | "integer" | "float" | "string" | "bytes" | "parameter" | "symbol" | "end";
  /**
   * A word or symbol as it is written (symbols joined: ">="), a quoted name or a string without quotes and escapes,
   * a parameter's name ("" for ?), digits as they are written. Bytes: one character a byte.
   */
  readonly text: string;
  /** Offsets in the source. */
  readonly at: number;
  readonly end: number;
}

const space = /(?:\s+|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const string = /([rR][bB]?|[bB][rR]?)?("""|'''|"|')/y;
const parameter = /@@?[A-Za-z_][A-Za-z0-9_]*|\?/y;
// The longest first.
const symbol = /<=>|<>|!=|<=|>=|=>|\|\||<<|>>|\|>|[-+*/%&|^~=<>()[\]{},.;:@$]/y;

export function tokenAt(source: string, from: number): Token {
  const at = from + match(space, source, from).length;
  if (source.startsWith("/*", at)) throw new SqlError("Syntax error: Unclosed comment", source, at);
  if (at >= source.length) return { kind: "end", text: "", at, end: at };

  const opening = match(string, source, at);
  if (opening !== "") return stringAt(source, at, opening);
  if (source[at] === "`") return quotedAt(source, at);
  for (const [kind, pattern] of [
    ["word", word],
    ["number", number],
    ["parameter", parameter],
    ["symbol", symbol],
  ] as const) {
    const text = match(pattern, source, at);
    if (text === "") continue;
    const end = at + text.length;
    if (kind === "parameter") return { kind, text: text.replace(/^[@?]/, ""), at, end };
    if (kind !== "number") return { kind, text, at, end };
    return { kind: /^0[xX]|^\d+$/.test(text) ? "integer" : "float", text, at, end };
  }
  throw new SqlError(`Syntax error: Illegal input character ${JSON.stringify(source[at])}`, source, at);
}

function match(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? "";
}

function stringAt(source: string, at: number, opening: string): Token {
  const [, prefix = "", quote = ""] = /^([a-zA-Z]*)(.*)$/.exec(opening) ?? [];
  const raw = /r/i.test(prefix);
  const isBytes = /b/i.test(prefix);
  let end = at + opening.length;
  for (;;) {
    if (end >= source.length || (quote.length === 1 && source[end] === "\n")) {
      throw new SqlError("Syntax error: Unclosed string literal", source, at);
    }
    if (source.startsWith(quote, end)) break;
    end += source[end] === "\\" ? 2 : 1;
  }
  const body = source.slice(at + opening.length, end);
  const text = raw ? (isBytes ? bytesOf(body) : body) : unescaped(body, isBytes, source, at + opening.length);
  return { kind: isBytes ? "bytes" : "string", text, at, end: end + quote.length };
}

const simple: { readonly [escape: string]: string } = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "?": "?",
  '"': '"',
  "'": "'",
  "`": "`",
};

/** Text as one character a byte of its UTF-8. */
const bytesOf = (text: string): string => Buffer.from(text).toString("latin1");

function unescaped(body: string, isBytes: boolean, source: string, at: number): string {
  return body.replaceAll(
    /\\(?:([0-7]{3})|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]?))|([^\\]+)/g,
    (
      _,
      octal?: string,
      hex?: string,
      short?: string,
      long?: string,
      letter?: string,
      plain?: string,
      offset?: number,
    ) => {
      if (plain !== undefined) return isBytes ? bytesOf(plain) : plain;
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const point = short ?? long;
      if (point !== undefined && !isBytes) return String.fromCodePoint(Number.parseInt(point, 16));
      const found = simple[letter ?? ""];
      if (found !== undefined) return found;
      throw new SqlError(`Syntax error: Illegal escape sequence: \\${letter ?? "u"}`, source, at + (offset ?? 0));
    },
  );
}

function quotedAt(source: string, at: number): Token {
  const end = source.indexOf("`", at + 1);
  if (end < 0) throw new SqlError("Syntax error: Unclosed identifier literal", source, at);
  if (end === at + 1) throw new SqlError("Syntax error: Invalid empty identifier", source, at);
  return { kind: "quoted", text: source.slice(at + 1, end), at, end: end + 1 };
}
