/** Terraform's expressions as data, and the texts they stand in. */

/** Text with expressions in it. One that is a single expression and nothing else has the expression's own value. */
export interface Template {
  readonly kind: "template";
  readonly parts: readonly (string | Expression)[];
}

export type Expression =
  | Template
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
  | { readonly kind: "index"; readonly of: Expression; readonly key: Expression }
  /** `each` is applied to every element of `of`, where it is the variable {@link ELEMENT}. */
  | { readonly kind: "splat"; readonly of: Expression; readonly each: Expression }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly given: readonly Expression[];
      /** The last argument is a list of arguments: `f(list...)`. */
      readonly spread: boolean;
    }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [key: Expression, value: Expression])[] }
  | { readonly kind: "unary"; readonly operator: "-" | "!"; readonly of: Expression }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "conditional";
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    }
  | ForExpression;

/** `[for value in list : item if condition]`, or `{for key, value in map : key => item}` where `key` is given. */
export interface ForExpression {
  readonly kind: "for";
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly over: Expression;
  readonly key: Expression | undefined;
  readonly item: Expression;
  readonly condition: Expression | undefined;
}

export type BinaryOperator = "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%";

/** No name that can be written. */
export const ELEMENT = "<element>";

/** An expression as one would write it, for messages. */
export function print(expression: Expression): string {
  switch (expression.kind) {
    case "template":
      return JSON.stringify(
        expression.parts.map((part) => (typeof part === "string" ? part : `\${${print(part)}}`)).join(""),
      );
    case "literal":
      return JSON.stringify(expression.value);
    case "variable":
      return expression.name;
    case "attribute":
      return `${print(expression.of)}.${expression.name}`;
    case "index":
      return `${print(expression.of)}[${print(expression.key)}]`;
    case "splat":
      return `${print(expression.of)}[*]${print(expression.each).replace(ELEMENT, "")}`;
    case "call":
      return `${expression.name}(${expression.given.map(print).join(", ")}${expression.spread ? "..." : ""})`;
    case "list":
      return `[${expression.items.map(print).join(", ")}]`;
    case "object":
      return `{${expression.entries.map(([key, value]) => `${print(key)} = ${print(value)}`).join(", ")}}`;
    case "unary":
      return `${expression.operator}${print(expression.of)}`;
    case "binary":
      return `${print(expression.left)} ${expression.operator} ${print(expression.right)}`;
    case "conditional":
      return `${print(expression.condition)} ? ${print(expression.whenTrue)} : ${print(expression.whenFalse)}`;
    case "for":
      return `[for ${expression.valueName} in ${print(expression.over)} : ...]`;
  }
}

/** The expressions directly within one. */
export function within(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "literal":
    case "variable":
      return [];
    case "template":
      return expression.parts.filter((part) => typeof part !== "string");
    case "attribute":
    case "unary":
      return [expression.of];
    case "index":
      return [expression.of, expression.key];
    case "splat":
      return [expression.of, expression.each];
    case "call":
      return expression.given;
    case "list":
      return expression.items;
    case "object":
      return expression.entries.flat();
    case "binary":
      return [expression.left, expression.right];
    case "conditional":
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case "for":
      return [expression.over, expression.key, expression.item, expression.condition].filter(
        (one) => one !== undefined,
      );
  }
}
