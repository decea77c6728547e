import { parse } from "acorn";
import { analyze, type Reference, type Scope, type Variable } from "eslint-scope";
import type { Identifier, Node, Program } from "estree";
import type { FunctionNode } from "./syntax";

/** What engines run. Newer syntax is refused where the pipeline is made, not where it runs. */
const ECMASCRIPT = 2023;

/** A function as its tool left it, with what each of its names means. */
export interface ParsedFunction {
  readonly node: FunctionNode;
  readonly names: Names;
}

/** Why a text is not a function that can travel at all. */
export interface Unparsed {
  readonly what: string;
  readonly wayOut: string;
}

/** What identifiers refer to. */
export class Names {
  private readonly references = new Map<Node, Reference>();
  private readonly scopes: readonly Scope[];

  constructor(program: Program) {
    this.scopes = analyze(program, { ecmaVersion: ECMASCRIPT, sourceType: "module" }).scopes;
    for (const scope of this.scopes) {
      for (const reference of scope.references) this.references.set(reference.identifier as Node, reference);
    }
  }

  /** Is it a use of something that the function does not define? */
  isFree(node: Node): node is Identifier {
    const reference = this.references.get(node);
    return reference !== undefined && !reference.resolved;
  }

  isReference(node: Node): node is Identifier {
    return this.references.has(node);
  }

  isWritten(node: Node): boolean {
    return this.references.get(node)?.isWrite() ?? false;
  }

  /** What a use refers to, where that is a parameter or a local. */
  variableOf(node: Node): Variable | undefined {
    return this.references.get(node)?.resolved ?? undefined;
  }

  /** The variables that a function's parameter, a declaration or a catch clause makes by these identifiers. */
  declaredBy(identifiers: ReadonlySet<Node>): readonly Variable[] {
    return this.scopes.flatMap(({ variables }) =>
      variables.filter((variable) => variable.identifiers.some((identifier) => identifiers.has(identifier))),
    );
  }
}

/** Reads what `Function.prototype.toString` gives. */
export function parseFunction(text: string): ParsedFunction | Unparsed {
  if (/\{\s*\[native code\]\s*\}$/.test(text)) {
    return { what: "is built in or bound, so there is no source to carry", wayOut: "wrap it: (row) => ..." };
  }
  const whole = parseProgram(`(${text})`);
  if ("problem" in whole) {
    if ("program" in parseProgram(`({${text}})`)) {
      return { what: "is a method", wayOut: "write an arrow function: (row) => ..." };
    }
    return { what: `cannot be read as ECMAScript ${ECMASCRIPT}: ${whole.problem}`, wayOut: "write it in older syntax" };
  }
  const [statement, ...more] = whole.program.body;
  const node = statement?.type === "ExpressionStatement" ? statement.expression : undefined;
  if (more.length === 0 && (node?.type === "ArrowFunctionExpression" || node?.type === "FunctionExpression")) {
    return { node, names: new Names(whole.program) };
  }
  return {
    what: node?.type === "ClassExpression" ? "is a class" : "is not a function",
    wayOut: "write an arrow function: (row) => ...",
  };
}

/** Reads a text as a module, so that it is strict. */
export function parseProgram(text: string): { readonly program: Program } | { readonly problem: string } {
  try {
    // The scopes want ranges. Acorn's nodes are ESTree's under another declaration.
    return { program: parse(text, { ecmaVersion: ECMASCRIPT, sourceType: "module", ranges: true }) as Program };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Acorn's position is one in the text of this one function, which nobody can look up.
    return { problem: message.replace(/ \(\d+:\d+\)$/, "") };
  }
}
