import { within, type Expression, type Template } from "./expression";
import { parseTemplate, SyntaxProblem } from "./parse";
import { StackProblem } from "./problem";
import { isList, isRecord, type Value } from "./values";

/** What a value refers to: "google_pubsub_topic.clicks", "data.google_project.this", "local.x", "var.y". */
export function referencesIn(value: Value, where: string): string[] {
  return templatesIn(value, where).flatMap((template) => references(template));
}

/**
 * A text as a template.
 * @throws StackProblem that names the place
 */
export function templateAt(text: string, where: string): Template {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new StackProblem(`${where}: the text cannot be read: ${error.message}`);
  }
}

function templatesIn(value: Value, where: string): Template[] {
  if (typeof value === "string") return [templateAt(value, where)];
  if (isList(value)) return value.flatMap((one, index) => templatesIn(one, `${where}[${index}]`));
  if (isRecord(value)) return Object.entries(value).flatMap(([name, one]) => templatesIn(one, `${where}.${name}`));
  return [];
}

/** Names that are the language's own, or stand for the block itself. */
const own = new Set(["each", "count", "path", "terraform", "self"]);

function references(expression: Expression, bound: ReadonlySet<string> = new Set()): string[] {
  const chain = chainOf(expression);
  if (chain !== undefined) {
    const [root = "", ...rest] = chain;
    const inner = keysOf(expression).flatMap((key) => references(key, bound));
    if (own.has(root) || bound.has(root) || root.startsWith("<")) return inner;
    return [[root, ...rest.slice(0, root === "data" ? 2 : 1)].join("."), ...inner];
  }
  if (expression.kind === "for") {
    const names = [expression.keyName, expression.valueName].filter((name) => name !== undefined);
    const inside = new Set([...bound, ...names]);
    return [
      ...references(expression.over, bound),
      ...[expression.key, expression.item, expression.condition].flatMap((one) =>
        one === undefined ? [] : references(one, inside),
      ),
    ];
  }
  return within(expression).flatMap((one) => references(one, bound));
}

/** The names of `a.b["c"].d`, from a variable on. */
function chainOf(expression: Expression): string[] | undefined {
  if (expression.kind === "variable") return [expression.name];
  if (expression.kind === "index") return chainOf(expression.of);
  if (expression.kind !== "attribute") return undefined;
  const before = chainOf(expression.of);
  return before === undefined ? undefined : [...before, expression.name];
}

/** The expressions in the brackets of a chain. */
function keysOf(expression: Expression): Expression[] {
  if (expression.kind === "attribute") return keysOf(expression.of);
  return expression.kind === "index" ? [...keysOf(expression.of), expression.key] : [];
}
