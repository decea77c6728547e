/**
 * The filter language of subscriptions.
 *
 * ```
 * filter  = term *(("AND" term) | ("OR" term))      not both in one sequence without parentheses
 * term    = ["NOT" | "-"] simple
 * simple  = "(" filter ")"
 * simple  = "hasPrefix" "(" "attributes" "." key "," text ")"
 * simple  = "attributes" ":" key                     the attribute is there
 * simple  = "attributes" "." key ("=" | "!=") text   != also where it is not there
 * key     = letters, digits, "_" and "-", or a text
 * text    = in double or single quotes, with the escapes of C
 * ```
 *
 * @see https://cloud.google.com/pubsub/docs/subscription-message-filter
 */

/** @see https://cloud.google.com/pubsub/quotas#resource_limits */
export const MAX_FILTER_BYTES = 256;

export interface AttributeMap {
  readonly [key: string]: string;
}
export type Filter = (attributes: AttributeMap) => boolean;

/** A text that is no filter: "position 15: expected a text in quotes, found the end". */
export class FilterError extends Error {
  override readonly name = "FilterError";
}

/**
 * Its length is not asked: see {@link MAX_FILTER_BYTES}.
 * @throws FilterError that says what is wrong, and where
 */
export function parseFilter(text: string): Filter {
  const parser = new Parser(text);
  const filter = parser.sequence();
  parser.end();
  return filter;
}

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  sequence(): Filter {
    const terms = [this.term()];
    let operator: "AND" | "OR" | undefined;
    for (;;) {
      const start = this.skipSpace();
      const next = this.keyword("AND") ? "AND" : this.keyword("OR") ? "OR" : undefined;
      if (next === undefined) break;
      if (operator !== undefined && operator !== next) {
        this.at = start;
        throw this.wrong("AND and OR stand in one sequence: put one of them in parentheses");
      }
      operator = next;
      terms.push(this.term());
    }
    if (terms.length === 1) return terms[0] as Filter;
    return operator === "OR"
      ? (attributes) => terms.some((term) => term(attributes))
      : (attributes) => terms.every((term) => term(attributes));
  }

  end(): void {
    this.skipSpace();
    if (this.at < this.text.length) throw this.wrong("expected AND, OR or the end");
  }

  private term(): Filter {
    this.skipSpace();
    if (this.keyword("NOT") || this.sign("-")) {
      const negated = this.term();
      return (attributes) => !negated(attributes);
    }
    return this.simple();
  }

  private simple(): Filter {
    if (this.sign("(")) {
      const inner = this.sequence();
      this.expect(")");
      return inner;
    }
    if (this.keyword("hasPrefix")) {
      this.expect("(");
      this.expectAttributes();
      this.expect(".");
      const key = this.key();
      this.expect(",");
      const prefix = this.quoted();
      this.expect(")");
      return (attributes) => Object.hasOwn(attributes, key) && (attributes[key] as string).startsWith(prefix);
    }
    this.expectAttributes();
    if (this.sign(":")) {
      const key = this.key();
      return (attributes) => Object.hasOwn(attributes, key);
    }
    this.expect(".");
    const key = this.key();
    if (this.sign("!=")) {
      const value = this.quoted();
      return (attributes) => !Object.hasOwn(attributes, key) || attributes[key] !== value;
    }
    this.expect("=");
    const value = this.quoted();
    return (attributes) => Object.hasOwn(attributes, key) && attributes[key] === value;
  }

  private key(): string {
    this.skipSpace();
    if (this.peek() === '"' || this.peek() === "'") return this.quoted();
    const word = /^[\w-]+/.exec(this.text.slice(this.at));
    if (word === null) throw this.wrong("expected an attribute's key");
    this.at += word[0].length;
    return word[0];
  }

  private quoted(): string {
    this.skipSpace();
    const quote = this.peek();
    if (quote !== '"' && quote !== "'") throw this.wrong('expected a text in quotes, as "value"');
    const start = this.at++;
    let value = "";
    while (this.peek() !== quote) {
      if (this.at >= this.text.length) {
        this.at = start;
        throw this.wrong("the text has no closing quote");
      }
      value += this.peek() === "\\" ? this.escape() : this.text[this.at++];
    }
    this.at++;
    return value;
  }

  private escape(): string {
    const rest = this.text.slice(this.at);
    const simple = /^\\([\\"'`?abfnrtv])/.exec(rest);
    if (simple !== null) {
      this.at += 2;
      return ESCAPES[simple[1] as string] ?? (simple[1] as string);
    }
    const code = /^\\(?:[xX]([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-3][0-7]{2}))/.exec(rest);
    if (code === null) throw this.wrong("this escape is not known");
    const hex = code[1] ?? code[2] ?? code[3];
    const point = hex === undefined ? Number.parseInt(code[4] as string, 8) : Number.parseInt(hex, 16);
    if (point > 0x10ffff) throw this.wrong("there is no such character");
    this.at += code[0].length;
    return String.fromCodePoint(point);
  }

  private expectAttributes(): void {
    if (!this.keyword("attributes")) throw this.wrong("expected attributes, hasPrefix( or a parenthesis");
  }

  private expect(sign: string): void {
    if (!this.sign(sign)) throw this.wrong(`expected ${sign}`);
  }

  private sign(sign: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  /** A whole word: ANDY is not AND. */
  private keyword(word: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(word, this.at) || /\w/.test(this.text[this.at + word.length] ?? "")) return false;
    this.at += word.length;
    return true;
  }

  private skipSpace(): number {
    while (/\s/.test(this.peek())) this.at++;
    return this.at;
  }

  private peek(): string {
    return this.text[this.at] ?? "";
  }

  private wrong(why: string): FilterError {
    const found = this.at < this.text.length ? `"${this.text.slice(this.at, this.at + 12)}"` : "the end";
    return new FilterError(`position ${this.at}: ${why}, found ${found}`);
  }
}

const ESCAPES: { readonly [letter: string]: string } = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
