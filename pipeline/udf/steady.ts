/**
 * A function gives the same answer whenever and wherever it runs: no clock, no chance, no time zone, no language
 * of the machine, and nothing that one engine has and another lacks.
 */
import type { CallExpression, Identifier, Literal, MemberExpression, NewExpression, Node, Pattern } from "estree";
import { staticMembers } from "./language";
import type { Names } from "./parse";
import type { FunctionProblem } from "./problem";
import { isText, memberName } from "./syntax";

type Reason = Omit<FunctionProblem, "node">;

export function unsteadyProblems(names: Names, parents: ReadonlyMap<Node, Node | undefined>): FunctionProblem[] {
  const isGlobal = (node: Node, name: string): boolean =>
    node.type === "Identifier" && node.name === name && names.isFree(node);
  const problems: FunctionProblem[] = [];
  for (const [node, parent] of parents) {
    const reason =
      node.type === "NewExpression" || node.type === "CallExpression"
        ? (dateReason(node, isGlobal) ?? patternReason(node, isGlobal) ?? methodReason(node))
        : node.type === "Identifier" && names.isFree(node)
          ? globalReason(node, parent)
          : node.type === "Literal"
            ? regularExpressionReason(node)
            : undefined;
    if (reason !== undefined) problems.push({ ...reason, node });
  }
  return problems;
}

function dateReason(
  node: NewExpression | CallExpression,
  isGlobal: (node: Node, name: string) => boolean,
): Reason | undefined {
  if (!isGlobal(node.callee, "Date")) return undefined;
  if (node.type === "CallExpression") return readsClock("Date()");
  const [first] = node.arguments;
  if (first === undefined || first.type === "SpreadElement") return readsClock("new Date()");
  if (node.arguments.length === 1) return undefined;
  return {
    what: "depends on the zone: new Date(year, month, ...)",
    wayOut: "use new Date(Date.UTC(year, month, ...))",
  };
}

const readsClock = (how: string): Reason => ({
  what: `reads the clock: ${how}`,
  wayOut: 'add a column, .processingTime("at"), and read it from the row',
});

/** `Math.random`, `Date.now`, `Object.groupBy`, and a global taken to be asked for such a member later. */
function globalReason(global: Identifier, parent: Node | undefined): Reason | undefined {
  const members = staticMembers.get(global.name);
  if (members === undefined || parent === undefined) return undefined;
  for (const name of membersTaken(global, parent)) {
    if (name === undefined) {
      return {
        what: `takes a member of ${global.name} by a name that is not written out`,
        wayOut: "write the name out",
      };
    }
    const reason = memberReason(global.name, name, members);
    if (reason !== undefined) return reason;
  }
  const escapes =
    global.name === "Math" || global.name === "Date" || global.name === "JSON" || global.name === "Object";
  if (!escapes || usedInPlace(global, parent)) return undefined;
  return { what: `takes ${global.name} as a value`, wayOut: `name ${global.name} where it is used` };
}

/** The members that this use of a global takes; undefined stands for one whose name is not written out. */
function membersTaken(global: Identifier, parent: Node): readonly (string | undefined)[] {
  if (parent.type === "MemberExpression" && parent.object === global) return [memberName(parent)];
  if (parent.type === "VariableDeclarator" && parent.init === global) return namesOf(parent.id);
  if (parent.type === "AssignmentExpression" && parent.right === global) return namesOf(parent.left);
  return [];
}

function namesOf(pattern: Pattern | MemberExpression): readonly (string | undefined)[] {
  if (pattern.type !== "ObjectPattern") return [];
  return pattern.properties.map((property) =>
    property.type === "Property" && !property.computed && property.key.type === "Identifier"
      ? property.key.name
      : undefined,
  );
}

function memberReason(global: string, name: string, members: ReadonlySet<string>): Reason | undefined {
  if (members.has(name) || everyFunctionHas.has(name)) return undefined;
  if (global === "Math" && name === "random") {
    return { what: "uses Math.random()", wayOut: "derive it from the row" };
  }
  if (global === "Date" && name === "now") return readsClock("Date.now()");
  return {
    what: `uses ${global}.${name}, which engines lack`,
    wayOut: "write it out: engines have ECMAScript 2023",
  };
}

const everyFunctionHas = new Set([
  "prototype",
  "name",
  "length",
  "call",
  "apply",
  "bind",
  "toString",
  "hasOwnProperty",
]);

const usedInPlace = (global: Identifier, parent: Node): boolean =>
  (parent.type === "MemberExpression" && parent.object === global) ||
  ((parent.type === "NewExpression" || parent.type === "CallExpression") && parent.callee === global) ||
  (parent.type === "BinaryExpression" && parent.operator === "instanceof" && parent.right === global) ||
  (parent.type === "VariableDeclarator" && parent.id.type === "ObjectPattern");

function methodReason(node: NewExpression | CallExpression): Reason | undefined {
  const { callee } = node;
  const method = callee.type === "MemberExpression" ? memberName(callee) : undefined;
  if (method === undefined) return undefined;
  if (zoned.test(method)) {
    return { what: `depends on the zone: ${method}()`, wayOut: `use ${method.replace(/^(get|set)/, "$1UTC")}()` };
  }
  const wayOut = localized.get(method);
  if (wayOut !== undefined) return { what: `uses ${method}, which engines differ on`, wayOut };
  return newer.has(method)
    ? { what: `uses ${method}, which engines lack`, wayOut: "engines have ECMAScript 2023" }
    : undefined;
}

const zoned = /^(?:(?:get|set)(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds)|getYear|setYear)$/;

const localized = new Map<string, string>([
  ["localeCompare", "use <"],
  ["toLocaleString", "write the format out"],
  ["toLocaleDateString", "use toISOString().slice(0, 10)"],
  ["toLocaleTimeString", "use toISOString().slice(11, 19)"],
  ["toLocaleUpperCase", "use toUpperCase()"],
  ["toLocaleLowerCase", "use toLowerCase()"],
  ["toDateString", "use toISOString().slice(0, 10)"],
  ["toTimeString", "use toISOString().slice(11, 19)"],
  ["getTimezoneOffset", "it is 0: engines run in UTC"],
  ["normalize", "normalize the text where the event is made"],
]);

/** Methods of ECMAScript 2024 and after whose names nothing else has. */
const newer = new Set([
  "isWellFormed",
  "toWellFormed",
  "transferToFixedLength",
  "isDisjointFrom",
  "symmetricDifference",
]);

const unicodeProperty = /\\p\{/i;

function regularExpressionReason(node: Literal): Reason | undefined {
  return "regex" in node && unicodeProperty.test(node.regex.pattern) ? usesUnicodeProperty : undefined;
}

function patternReason(
  node: NewExpression | CallExpression,
  isGlobal: (node: Node, name: string) => boolean,
): Reason | undefined {
  const [pattern] = node.arguments;
  if (!isGlobal(node.callee, "RegExp") || pattern === undefined || !isText(pattern)) return undefined;
  return unicodeProperty.test(pattern.value) ? usesUnicodeProperty : undefined;
}

const usesUnicodeProperty: Reason = {
  what: "uses \\p{...}, which engines differ on",
  wayOut: "name the characters: [A-Za-z]",
};
