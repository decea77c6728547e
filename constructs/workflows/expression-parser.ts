import { ExpressionFault, piecesOf, type Piece } from "./expression-lexer";
import type { ExpressionTree } from "./expression-tree";

/**
 * What binds how, the loosest first.
 * @see https://cloud.google.com/workflows/docs/reference/syntax/datatypes#order-operations
 */
const levels: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["==", "!=", "<", "<=", ">", ">=", "in"],
  ["+", "-"],
  ["*", "/", "//", "%"],
];
const constants: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const words = new Set(["and", "or", "not", "in"]);

/** Words that name no variable. */
export const isKeyword = (word: string): boolean => words.has(wordOf(word)) || constants.has(constantOf(word));

/**
 * Reads what stands between "${" and "}".
 * @throws ExpressionFault
 * @see https://cloud.google.com/workflows/docs/reference/syntax/expressions
 */
export function parseExpression(text: string): ExpressionTree {
  return new Parser(piecesOf(text)).all();
}

class Parser {
  private at = 0;

  constructor(private readonly pieces: readonly Piece[]) {}

  all(): ExpressionTree {
    const tree = this.operation(0);
    if (this.next.kind !== "end") throw this.unexpected();
    return tree;
  }

  private get next(): Piece {
    // The last one is the end, and nothing reads beyond it.
    return this.pieces[Math.min(this.at, this.pieces.length - 1)] as Piece;
  }

  /** The next one, if it is this sign or word. */
  private take(...texts: readonly string[]): string | undefined {
    const { kind, text } = this.next;
    const word = kind === "name" ? wordOf(text) : text;
    if ((kind !== "sign" && kind !== "name") || !texts.includes(word)) return undefined;
    this.at += 1;
    return word;
  }

  private expect(text: string): void {
    if (this.take(text) === undefined) throw this.unexpected(text);
  }

  private operation(level: number): ExpressionTree {
    const operators = levels[level];
    if (operators === undefined) return this.unary();
    let left = this.operation(level + 1);
    for (;;) {
      const operator = this.take(...operators) ?? this.notIn(operators);
      if (operator === undefined) return left;
      const right = this.operation(level + 1);
      const found: ExpressionTree = { kind: "operation", operator, operands: [left, right] };
      left = found;
    }
  }

  private notIn(operators: readonly string[]): string | undefined {
    if (!operators.includes("in") || this.take("not") === undefined) return undefined;
    this.expect("in");
    return "not in";
  }

  private unary(): ExpressionTree {
    const operator = this.take("not", "-", "+");
    if (operator === undefined) return this.postfix(this.primary());
    return { kind: "operation", operator, operands: [this.unary()] };
  }

  private postfix(of: ExpressionTree): ExpressionTree {
    if (this.take(".")) {
      const { kind, text } = this.next;
      if (kind !== "name") throw this.unexpected("a name");
      this.at += 1;
      return this.postfix({ kind: "member", of, name: text });
    }
    if (this.take("[")) {
      const at = this.operation(0);
      this.expect("]");
      return this.postfix({ kind: "index", of, at });
    }
    if (this.take("(")) return this.postfix({ kind: "call", callee: of, given: this.listUntil(")") });
    return of;
  }

  private primary(): ExpressionTree {
    if (this.take("(")) {
      const inner = this.operation(0);
      this.expect(")");
      return inner;
    }
    if (this.take("[")) return { kind: "list", items: this.listUntil("]") };
    if (this.take("{")) return this.map();
    const piece = this.next;
    if (piece.kind === "number") return this.literal(Number(piece.text));
    if (piece.kind === "text") return this.literal(textOf(piece));
    if (piece.kind !== "name" || words.has(wordOf(piece.text))) throw this.unexpected();
    const constant = constants.get(constantOf(piece.text));
    if (constant !== undefined) return this.literal(constant);
    this.at += 1;
    return { kind: "name", name: piece.text };
  }

  private literal(value: string | number | boolean | null): ExpressionTree {
    this.at += 1;
    return { kind: "literal", value };
  }

  private map(): ExpressionTree {
    const entries: (readonly [ExpressionTree, ExpressionTree])[] = [];
    while (this.take("}") === undefined) {
      if (entries.length > 0) this.expect(",");
      const key = this.operation(0);
      this.expect(":");
      entries.push([key, this.operation(0)]);
    }
    return { kind: "map", entries };
  }

  private listUntil(end: ")" | "]"): readonly ExpressionTree[] {
    const items: ExpressionTree[] = [];
    while (this.take(end) === undefined) {
      if (items.length > 0) this.expect(",");
      items.push(this.operation(0));
    }
    return items;
  }

  private unexpected(wanted?: string): ExpressionFault {
    const { kind, text, at } = this.next;
    const found = kind === "end" ? "ends" : `has ${text} at ${at + 1}`;
    return new ExpressionFault(`${found} where ${wanted ?? "a value or an operator"} is missing`);
  }
}

/** Lower or upper case, and nothing between. */
const wordOf = (text: string): string => (text === text.toUpperCase() ? text.toLowerCase() : text);

/** "true", "True" and "TRUE" are one. */
const constantOf = (text: string): string => (/^([A-Z][a-z]+|[A-Z]+|[a-z]+)$/.test(text) ? text.toLowerCase() : text);

function textOf({ text, at }: Piece): string {
  try {
    // The escapes are those of JSON; a text may run over lines.
    return JSON.parse(text.replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t")) as string;
  } catch {
    throw new ExpressionFault(`has a text with an escape that is none, at ${at + 1}`);
  }
}
