import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse } from "acorn";
import type { Expression, Node, ObjectExpression, Program } from "estree";

/** The arguments that a provider's class writes: by name, and below it where it is a block. */
interface Arguments {
  readonly [name: string]: Arguments | "value";
}

/** What every resource may have beside its own arguments. */
const meta = new Set(["//", "depends_on", "lifecycle", "provider"]);
const files = createRequire(__filename);

/** Arguments in a resource's synthesized JSON that its provider does not declare: "push_config.oidc". */
export function undeclared(type: string, config: { readonly [name: string]: unknown }): string[] {
  const beta = config["provider"] === "google-beta";
  return stray(config, argumentsOf(type, beta), "");
}

function stray(value: unknown, declared: Arguments | "value", path: string): string[] {
  if (declared === "value" || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => stray(item, declared, path));
  return Object.entries(value).flatMap(([name, item]) => {
    if (path === "" && meta.has(name)) return [];
    const below = declared[name];
    return below === undefined ? [`${path}${name}`] : stray(item, below, `${path}${name}.`);
  });
}

const known = new Map<string, Arguments>();

function argumentsOf(type: string, beta: boolean): Arguments {
  const file = fileOf(type, beta);
  const there = known.get(file) ?? readArguments(file);
  known.set(file, there);
  return there;
}

function fileOf(type: string, beta: boolean): string {
  // Of Terraform itself, so cdktf's.
  if (type === "terraform_data") return files.resolve("cdktf/lib/terraform-data-resource.js");
  const word = type.replaceAll("_", "-");
  if (type.startsWith("data.")) return files.resolve(`@cdktf/provider-google/lib/data-${word.slice("data.".length)}`);
  if (beta) return files.resolve(`@cdktf/provider-google-beta/lib/${word}`);
  return files.resolve(`@cdktf/provider-google/lib/${word.replace(/^google-/, "")}`);
}

/** Reads them off the class: `synthesizeAttributes` returns an object, whose values are written by functions like it. */
function readArguments(file: string): Arguments {
  const program = parse(readFileSync(file, "utf8"), { ecmaVersion: "latest" }) as unknown as Program;
  const writers = new Map<string, ObjectExpression>();
  let root: ObjectExpression | undefined;
  walk(program, (node) => {
    if (node.type === "FunctionDeclaration" && node.id.name.endsWith("ToTerraform")) {
      const object = returned(node.body);
      if (object) writers.set(node.id.name, object);
    }
    if (node.type === "MethodDefinition" && "name" in node.key && node.key.name === "synthesizeAttributes") {
      root = returned(node.value.body);
    }
  });
  if (root === undefined) throw new Error(`${file} has no synthesizeAttributes`);
  return readObject(root, writers);
}

function readObject(object: ObjectExpression, writers: Map<string, ObjectExpression>): Arguments {
  const entries = object.properties.flatMap((property): [string, Arguments | "value"][] => {
    if (property.type !== "Property") return [];
    const name = "name" in property.key ? property.key.name : "value" in property.key ? String(property.key.value) : "";
    const writer = writerIn(property.value as Expression, writers);
    return [[name, writer ? readObject(writer, writers) : "value"]];
  });
  return Object.fromEntries(entries);
}

/** The function that an argument's value is written by, if it is a block. */
function writerIn(value: Expression, writers: Map<string, ObjectExpression>): ObjectExpression | undefined {
  let found: ObjectExpression | undefined;
  walk(value, (node) => {
    if (node.type === "Identifier") found ??= writers.get(node.name);
  });
  return found;
}

function returned(body: Node): ObjectExpression | undefined {
  let object: ObjectExpression | undefined;
  walk(body, (node) => {
    if (node.type === "ReturnStatement" && node.argument?.type === "ObjectExpression") object = node.argument;
    // A class may collect them in a constant first.
    if (node.type === "VariableDeclarator" && node.init?.type === "ObjectExpression") object ??= node.init;
  });
  return object;
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of Object.values(node)) {
    for (const item of Array.isArray(child) ? child : [child]) {
      if (typeof item === "object" && item !== null && "type" in item) walk(item as Node, visit);
    }
  }
}
