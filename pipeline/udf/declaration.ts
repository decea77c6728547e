/**
 * A function as Google's services run it themselves, in Pub/Sub or BigQuery: a declaration with a name, alone in its
 * text. There it may do what it likes with what it is given; it only may not name what is outside of it.
 */
import type { FunctionDeclaration } from "estree";
import { checkFunction, type Obstacle } from "./check";
import { formProblems } from "./form";
import { outsideProblems } from "./outside";
import { parseProgram } from "./parse";
import type { AnyFunction } from "./portable";
import { print, sameSyntax } from "./print";
import type { FunctionRole } from "./problem";
import type { FunctionNode } from "./syntax";

const role: FunctionRole = { data: [], handIn: (_parameters, _use, name) => `write ${name} into the function` };

/** `(message) => message` with the name "same": `function same(message) { return message; }`. */
export function declaration(
  fn: AnyFunction,
  name: string,
): { readonly source: string } | { readonly obstacles: readonly Obstacle[] } {
  const checked = checkFunction(fn, "", (parsed, parents) => [
    ...formProblems(parsed.node, parsed.names, parents),
    ...outsideProblems(parsed, parents, role),
  ]);
  if ("obstacles" in checked) return checked;
  const declared = declarationOf(checked.parsed.node, name);
  const source = print(declared);
  return isSame(source, declared)
    ? { source }
    : { obstacles: [{ what: " cannot be printed as it is", wayOut: "write it in plainer syntax" }] };
}

const declarationOf = ({ params, body }: FunctionNode, name: string): FunctionDeclaration => ({
  type: "FunctionDeclaration",
  id: { type: "Identifier", name },
  params,
  body:
    body.type === "BlockStatement"
      ? body
      : { type: "BlockStatement", body: [{ type: "ReturnStatement", argument: body }] },
});

function isSame(source: string, { params, body }: FunctionDeclaration): boolean {
  const again = parseProgram(source);
  const [first] = "program" in again ? again.program.body : [];
  return first?.type === "FunctionDeclaration" && sameSyntax(first.params, params) && sameSyntax(first.body, body);
}

/** What is wrong with a text that is to declare a function of a name; undefined where it does: "is not JavaScript: ...". */
export function notADeclaration(text: string, name: string): string | undefined {
  const parsed = parseProgram(text);
  if ("problem" in parsed) return `is not JavaScript: ${parsed.problem}`;
  const { body } = parsed.program;
  const found = body.some((statement) => statement.type === "FunctionDeclaration" && statement.id.name === name);
  return found ? undefined : `does not declare a function ${name}`;
}

/** Whether functions can be called so: not `class`, not `two words`. */
export const isFunctionName = (name: string): boolean =>
  /^[A-Za-z_$][\w$]*$/.test(name) && "program" in parseProgram(`function ${name}() {}`);
