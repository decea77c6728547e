/** What a function names that it does not define: what is not the language's own must be handed in. */
import type { Identifier, Node } from "estree";
import { languageGlobals } from "./language";
import type { ParsedFunction } from "./parse";
import { print } from "./print";
import type { FunctionProblem, FunctionRole } from "./problem";
import { memberName } from "./syntax";

export function outsideProblems(
  { node, names }: ParsedFunction,
  parents: ReadonlyMap<Node, Node | undefined>,
  role: FunctionRole,
): FunctionProblem[] {
  const problems: FunctionProblem[] = [];
  const said = new Set<string>();
  for (const [use, parent] of parents) {
    if (!names.isFree(use)) continue;
    if (names.isWritten(use)) {
      problems.push({
        what: `writes to "${use.name}", which is defined outside of it`,
        wayOut: "return what is new, or keep it from row to row: .groupBy(...).stateful({ ... })",
        node: use,
      });
      continue;
    }
    if (languageGlobals.has(use.name)) continue;
    const imported = importedName(use, parent);
    const name = imported ?? use.name;
    if (said.has(name)) continue;
    said.add(name);
    const reason = (imported === undefined ? notTheLanguages(use) : undefined) ?? definedOutside(name, node, role);
    problems.push({ ...reason, node: use });
  }
  return problems;
}

type Reason = Omit<FunctionProblem, "node">;

function notTheLanguages({ name }: Identifier): Reason | undefined {
  if (name === "Intl") {
    return { what: "uses Intl, which engines differ on", wayOut: "write the format out, compare with < and >" };
  }
  const wayOut = host.get(name);
  if (wayOut !== undefined) return { what: `uses "${name}", which engines lack`, wayOut };
  if (!compilersHelper.test(name)) return undefined;
  return { what: `uses "${name}", a compiler's helper`, wayOut: "compile for ES2022 or newer" };
}

function definedOutside(name: string, node: ParsedFunction["node"], role: FunctionRole): Reason {
  const parameters = role.data.map((kind, index) => {
    const parameter = node.params[index];
    return parameter === undefined || parameter.type === "RestElement" ? kind : print(parameter);
  });
  return {
    what: `uses "${name}", which is defined outside of it`,
    wayOut: `hand it in: ${role.handIn([...parameters, "{ constants }"].join(", "), `constants.${name}`, name)}`,
  };
}

/**
 * The name that a module's export had before a compiler made a member of it: `module_1.X` (tsc), `import_module.X`
 * (esbuild), `_module.X` (swc), `__vi_import_0__.X` (Vitest). tsc makes `exports.X` of what the module itself exports.
 */
function importedName(use: Identifier, parent: Node | undefined): string | undefined {
  if (parent?.type !== "MemberExpression" || parent.object !== use) return undefined;
  if (compilersHelper.test(use.name)) return undefined;
  if (!/^(exports|_[A-Za-z]\w*|import_\w+|__\w+_import_\d+__|[A-Za-z$_][\w$]*_\d+)$/.test(use.name)) return undefined;
  const name = memberName(parent);
  return name === "default" ? use.name.replace(/^(?:import_|_)|_\d+$/g, "") : name;
}

/** What compilers put in for a target that is older than their input. */
const compilersHelper =
  /^(?:_(?:async|object|define|to|extends|create|instance|wrap|interop|ts|sliced|type|array|iterable|non|class|call|construct|get|set|super|inherits|possible|unsupported|check|tagged)_\w+|_(?:asyncToGenerator|objectSpread2?|objectWithoutProperties\w*|extends|defineProperty|toConsumableArray|slicedToArray|classCallCheck|createClass|taggedTemplateLiteral|typeof)|__(?:assign|rest|awaiter|generator|spread|spreadArray|spreadArrays|values|read|decorate|extends|makeTemplateObject|async|spreadProps|spreadValues|objRest|publicField|privateGet|privateSet|privateAdd|pow)|tslib(?:_\d+)?)$/;

const aSideInput = "a function answers at once; what it would wait for is a side input: .enrich(...)";
const aConstant = "hand the value in as a constant";
const plainCode = "write it with the language's own";

/** What Node or a browser adds to the language, and what to do without it. */
const host = new Map<string, string>([
  ...["fetch", "Promise", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "XMLHttpRequest"].map(
    (name) => [name, aSideInput] as const,
  ),
  ["console", "throw an Error, and the row goes to .errors with its message; or add a column"],
  ...[
    "process",
    "require",
    "module",
    "exports",
    "__dirname",
    "__filename",
    "global",
    "globalThis",
    "window",
    "self",
  ].map((name) => [name, aConstant] as const),
  ...["Buffer", "TextEncoder", "TextDecoder", "atob", "btoa", "URL", "URLSearchParams", "escape", "unescape"].map(
    (name) => [name, plainCode] as const,
  ),
  ["structuredClone", "return a new row: { ...row }"],
  ["performance", 'add a column, .processingTime("at")'],
  ["crypto", "derive it from the row"],
  ...["eval", "Function", "Reflect", "Proxy", "WebAssembly", "Atomics", "SharedArrayBuffer", "WeakRef"].map(
    (name) => [name, plainCode] as const,
  ),
  ["FinalizationRegistry", plainCode],
  ["Iterator", "use an array: the rest is newer than ECMAScript 2023"],
]);
