import { DEEPEST_JSON } from "../plain-json";

/** JSON text as a tree that loses nothing: numbers keep their digits, names that objects have by birth are names. */
export type Parsed = string | boolean | null | NumberText | readonly Parsed[] | ReadonlyMap<string, Parsed>;

/** A number as it was written. */
export class NumberText {
  constructor(readonly digits: string) {}
}

/** Why a text is no JSON, and where; offsets count UTF-16 units. */
export class NotJson {
  constructor(
    readonly at: number,
    readonly problem: string,
  ) {}
}

/**
 * Reads the whole text as one JSON value, by the rules of JSON.parse: of fields with one name the last counts.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function parseJson(text: string): Parsed | NotJson {
  try {
    const parser = new Parser(text);
    const value = parser.value(0);
    parser.end();
    return value;
  } catch (problem) {
    if (problem instanceof NotJson) return problem;
    throw problem;
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
/** The first character that a string may hold as it is. */
const SPACE = 32;

const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): Parsed {
    this.skip(space);
    switch (this.text[this.at]) {
      case '"':
        return this.string();
      case "{":
        return this.object(this.deeper(depth));
      case "[":
        return this.list(this.deeper(depth));
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default: {
        const digits = this.take(number);
        if (digits === "") throw this.expected("a value");
        return new NumberText(digits);
      }
    }
  }

  end(): void {
    this.skip(space);
    if (this.at < this.text.length) throw this.expected("the end");
  }

  private object(depth: number): ReadonlyMap<string, Parsed> {
    const fields = new Map<string, Parsed>();
    this.at++;
    if (this.nextIs("}")) return fields;
    do {
      this.skip(space);
      if (this.text[this.at] !== '"') throw this.expected("a field's name in quotes");
      const name = this.string();
      if (!this.nextIs(":")) throw this.expected('":"');
      fields.set(name, this.value(depth));
    } while (this.nextIs(","));
    if (!this.nextIs("}")) throw this.expected('"," or "}"');
    return fields;
  }

  private list(depth: number): readonly Parsed[] {
    const list: Parsed[] = [];
    this.at++;
    if (this.nextIs("]")) return list;
    do list.push(this.value(depth));
    while (this.nextIs(","));
    if (!this.nextIs("]")) throw this.expected('"," or "]"');
    return list;
  }

  private string(): string {
    const start = this.at++;
    let escaped = false;
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit === QUOTE) break;
      if (unit === BACKSLASH) {
        if (this.take(escape) === "") throw this.expected("an escape");
        escaped = true;
      } else if (unit >= SPACE) this.at++;
      else throw this.expected("the rest of the text in quotes");
    }
    this.at++;
    if (!escaped) return this.text.slice(start + 1, this.at - 1);
    return JSON.parse(this.text.slice(start, this.at)) as string;
  }

  private word<Value>(word: string, value: Value): Value {
    if (!this.text.startsWith(word, this.at)) throw this.expected("a value");
    this.at += word.length;
    return value;
  }

  private deeper(depth: number): number {
    if (depth === DEEPEST_JSON)
      throw new NotJson(this.at, `more than ${DEEPEST_JSON} lists and objects within each other`);
    return depth + 1;
  }

  private nextIs(sign: string): boolean {
    this.skip(space);
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  private skip(pattern: RegExp): void {
    this.take(pattern);
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private expected(what: string): NotJson {
    const found = this.at < this.text.length ? JSON.stringify(this.text[this.at]) : "the end";
    return new NotJson(this.at, `${what} expected, ${found} found`);
  }
}
