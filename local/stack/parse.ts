/**
 * Reads Terraform's template and expression syntax, as far as it is written in JSON: all of it but heredocs and the
 * `%{ if }` directives of templates, which cdktf never writes.
 * @see https://developer.hashicorp.com/terraform/language/expressions
 */
import { ELEMENT, type BinaryOperator, type Expression, type ForExpression, type Template } from "./expression";

/** Text that is no template, with where and why. */
export class SyntaxProblem extends Error {
  override readonly name = "SyntaxProblem";
}

/** @throws SyntaxProblem */
export function parseTemplate(text: string): Template {
  // Most texts of a stack hold no template at all.
  if (!text.includes("${") && !text.includes("%{")) return { kind: "template", parts: text === "" ? [] : [text] };
  const parser = new Parser(text);
  const template = parser.template();
  return template;
}

const binaryLevels: readonly (readonly BinaryOperator[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["+", "-"],
  ["*", "/", "%"],
];
const identifier = /[A-Za-z_][A-Za-z0-9_-]*/y;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escapes: { readonly [letter: string]: string } = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Up to the end of the text, or, within an expression, up to the closing quote. */
  template(quoted = false): Template {
    const parts: (string | Expression)[] = [];
    let literal = "";
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) {
        if (quoted) this.fail("a quote is not closed");
        break;
      }
      if (quoted && char === '"') break;
      if (this.take("$${")) literal += "${";
      else if (this.take("%%{")) literal += "%{";
      else if (this.take("${")) {
        // "~" trims the white space beside it.
        if (this.take("~")) literal = literal.trimEnd();
        if (literal !== "") parts.push(literal);
        literal = "";
        parts.push(this.expression());
        const trims = this.takeToken("~");
        this.expect("}");
        if (trims) this.at += /^\s*/.exec(this.text.slice(this.at))?.[0].length ?? 0;
      } else if (this.text.startsWith("%{", this.at)) {
        this.fail("%{ directives are not read here; write an expression, or %%{ for the text itself");
      } else if (quoted && char === "\\") {
        literal += this.escape();
      } else {
        literal += char;
        this.at += 1;
      }
    }
    if (literal !== "") parts.push(literal);
    return { kind: "template", parts };
  }

  private expression(): Expression {
    const condition = this.binary(0);
    if (!this.takeToken("?")) return condition;
    const whenTrue = this.expression();
    this.expect(":");
    return { kind: "conditional", condition, whenTrue, whenFalse: this.expression() };
  }

  private binary(level: number): Expression {
    const operators = binaryLevels[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = operators.find((one) => this.takeToken(one));
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: this.binary(level + 1) };
    }
  }

  private unary(): Expression {
    for (const operator of ["-", "!"] as const) {
      if (this.takeToken(operator)) return { kind: "unary", operator, of: this.unary() };
    }
    return this.steps(this.primary());
  }

  /** `.name`, `[key]`, `[*]`, `.*` and `.0` after a value. */
  private steps(start: Expression): Expression {
    let value = start;
    for (;;) {
      if (this.takeToken("[*]") || this.takeToken(".*")) {
        return { kind: "splat", of: value, each: this.steps({ kind: "variable", name: ELEMENT }) };
      }
      if (this.takeToken("...")) {
        this.at -= 3;
        return value;
      }
      if (this.takeToken(".")) {
        const index = this.match(/\d+/y);
        value =
          index === undefined
            ? { kind: "attribute", of: value, name: this.name("an attribute's name") }
            : { kind: "index", of: value, key: { kind: "literal", value: Number(index) } };
      } else if (this.takeToken("[")) {
        value = { kind: "index", of: value, key: this.expression() };
        this.expect("]");
      } else {
        return value;
      }
    }
  }

  private primary(): Expression {
    this.skipSpace();
    if (this.take("(")) {
      const inner = this.expression();
      this.expect(")");
      return inner;
    }
    if (this.take('"')) {
      const template = this.template(true);
      this.at += 1;
      return template;
    }
    if (this.take("[")) return this.listOrFor();
    if (this.take("{")) return this.objectOrFor();
    const digits = this.match(number);
    if (digits !== undefined) return { kind: "literal", value: Number(digits) };
    const name = this.name("a value");
    if (name === "true" || name === "false") return { kind: "literal", value: name === "true" };
    if (name === "null") return { kind: "literal", value: null };
    return this.take("(") ? this.call(name) : { kind: "variable", name };
  }

  private call(name: string): Expression {
    const given: Expression[] = [];
    let spread = false;
    while (!this.takeToken(")")) {
      if (given.length > 0) this.expect(",");
      if (this.takeToken(")")) break;
      given.push(this.expression());
      spread = this.takeToken("...");
    }
    return { kind: "call", name, given, spread };
  }

  private listOrFor(): Expression {
    if (this.takeWord("for")) {
      const { keyName, valueName, over } = this.forHead();
      const item = this.expression();
      const condition = this.takeWord("if") ? this.expression() : undefined;
      this.expect("]");
      return { kind: "for", keyName, valueName, over, key: undefined, item, condition };
    }
    const items: Expression[] = [];
    while (!this.takeToken("]")) {
      if (items.length > 0) this.expect(",");
      if (this.takeToken("]")) break;
      items.push(this.expression());
    }
    return { kind: "list", items };
  }

  private objectOrFor(): Expression {
    if (this.takeWord("for")) {
      const { keyName, valueName, over } = this.forHead();
      const key = this.expression();
      this.expect("=>");
      const item = this.expression();
      const condition = this.takeWord("if") ? this.expression() : undefined;
      this.expect("}");
      return { kind: "for", keyName, valueName, over, key, item, condition };
    }
    const entries: (readonly [Expression, Expression])[] = [];
    while (!this.takeToken("}")) {
      const written = this.expression();
      // A bare word is a key, not a variable.
      const key: Expression = written.kind === "variable" ? { kind: "literal", value: written.name } : written;
      if (!this.takeToken("=")) this.expect(":");
      entries.push([key, this.expression()]);
      this.takeToken(",");
    }
    return { kind: "object", entries };
  }

  private forHead(): Pick<ForExpression, "keyName" | "valueName" | "over"> {
    const first = this.name("a variable's name");
    const second = this.takeToken(",") ? this.name("a variable's name") : undefined;
    if (!this.takeWord("in")) this.fail('"in" is missing');
    const over = this.expression();
    this.expect(":");
    return second === undefined
      ? { keyName: undefined, valueName: first, over }
      : { keyName: first, valueName: second, over };
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? "";
    const simple = escapes[letter];
    if (simple !== undefined) {
      this.at += 2;
      return simple;
    }
    const digits = { u: 4, U: 8 }[letter] ?? 0;
    const code = this.text.slice(this.at + 2, this.at + 2 + digits);
    if (digits === 0 || !/^[0-9a-fA-F]+$/.test(code)) this.fail(`\\${letter} is not an escape`);
    this.at += 2 + digits;
    return String.fromCodePoint(Number.parseInt(code, 16));
  }

  private name(what: string): string {
    this.skipSpace();
    return this.match(identifier) ?? this.fail(`${what} is missing`);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private takeWord(word: string): boolean {
    this.skipSpace();
    const start = this.at;
    if (this.match(identifier) === word) return true;
    this.at = start;
    return false;
  }

  private takeToken(token: string): boolean {
    this.skipSpace();
    return this.take(token);
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  private expect(token: string): void {
    if (!this.takeToken(token)) this.fail(`"${token}" is missing`);
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at += 1;
  }

  private fail(why: string): never {
    const around = this.text.slice(Math.max(0, this.at - 40), this.at + 20);
    throw new SyntaxProblem(`${why} at character ${this.at + 1}, near ${JSON.stringify(around)}`);
  }
}
