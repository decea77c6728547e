/**
 * Writes the app that somebody without these constructs would have written: the same resources, one `new` of the
 * provider's class each. Made from the synthesized JSON, so that the two are the same to the letter.
 */

type Json = { readonly [name: string]: unknown };

interface Block {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly config: Json;
}

/** A reference as cdktf writes it, and not text that was escaped. */
const reference = /(?<!\$)\$\{((?:data\.)?[a-z0-9_]+\.[A-Za-z0-9_-]+)\.([a-z0-9_]+)\}/g;
/** Arguments that are maps: their keys are the user's. */
const maps = new Set([
  "parameters",
  "labels",
  "label_extractors",
  "default_labels",
  "limits",
  "triggers",
  "triggers_replace",
]);

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const kebab = (name: string): string => name.replaceAll("_", "-");
const pascal = (name: string): string => camel(`_${name}`);

/** @param stacks each stack's synthesized JSON, by id */
export function rawApp(stacks: { readonly [id: string]: Json }): string {
  const imports = new Set<string>(['import { App, LocalBackend, TerraformStack } from "cdktf";']);
  const classes = Object.entries(stacks).map(([id, json], index) => stackClass(id, index, json, imports));
  const made = Object.keys(stacks).map((id, index) => `new Stack${index}(app, ${JSON.stringify(id)});`);
  return [...imports, ...classes, "const app = new App();", ...made, "app.synth();", ""].join("\n");
}

function stackClass(id: string, index: number, json: Json, imports: Set<string>): string {
  const blocks = inOrder([...blocksOf("", json["resource"]), ...blocksOf("data.", json["data"])]);
  const names = new Map(blocks.map(({ address }, nth) => [address, `v${nth}`]));
  const lines = [
    `new LocalBackend(this, { path: ${JSON.stringify(`../../../terraform.${id}.tfstate`)} });`,
    ...providers(json["provider"], imports),
    ...blocks.flatMap((block) => resource(block, names, imports)),
    ...outputs(json["output"], names, imports),
  ];
  return `class Stack${index} extends TerraformStack {\n  constructor(scope, id) {\n    super(scope, id);\n    ${lines.join("\n    ")}\n  }\n}`;
}

function blocksOf(prefix: string, section: unknown): Block[] {
  return Object.entries((section ?? {}) as { readonly [type: string]: { readonly [name: string]: Json } }).flatMap(
    ([type, named]) =>
      Object.entries(named).map(([name, config]) => ({ address: `${prefix}${type}.${name}`, type, name, config })),
  );
}

/** As one has to write them: what is referred to comes first. */
function inOrder(blocks: readonly Block[]): readonly Block[] {
  const byAddress = new Map(blocks.map((block) => [block.address, block]));
  const order = new Set<Block>();
  const visit = (block: Block): void => {
    if (order.has(block)) return;
    const text = JSON.stringify({ ...block.config, lifecycle: undefined });
    const referred = [...text.matchAll(reference)].map(([, address]) => address);
    for (const address of [...referred, ...((block.config["depends_on"] ?? []) as string[])]) {
      const other = byAddress.get(address as string);
      if (other) visit(other);
    }
    order.add(block);
  };
  blocks.forEach(visit);
  return [...order];
}

function providers(section: unknown, imports: Set<string>): string[] {
  return Object.entries(section as { readonly [name: string]: readonly [Json] }).flatMap(([name, [config]]) => {
    // The pause has a provider of its own, which its class brings along.
    if (name === "time") return [];
    const type = name === "google" ? "GoogleProvider" : "GoogleBetaProvider";
    imports.add(`import { ${type} } from "@cdktf/provider-${name}/lib/provider";`);
    return [
      `const ${camel(kebab(name).replaceAll("-", "_"))} = new ${type}(this, "${name}", ${literal(config, new Map())});`,
    ];
  });
}

function resource({ address, type, name, config }: Block, names: Map<string, string>, imports: Set<string>): string[] {
  const { "//": _notes, depends_on: waits = [], provider, ...rest } = config;
  const constructor = importOf(type, address, provider, imports);
  // Our own small class for the pause takes addresses.
  const waited = (waits as string[]).map((other) => (type === "time_sleep" ? JSON.stringify(other) : names.get(other)));
  const dependsOn = `[${waited.join(", ")}]`;
  const meta = [
    ...((waits as string[]).length > 0 ? [`dependsOn: ${dependsOn}`] : []),
    ...(provider === "google-beta" ? ["provider: googleBeta"] : []),
  ];
  const variable = names.get(address);
  const argument = `{ ...${literal(rest, names)}${meta.map((item) => `, ${item}`).join("")} }`;
  return [
    `const ${variable} = new ${constructor}(this, ${JSON.stringify(address)}, ${argument});`,
    `${variable}.overrideLogicalId(${JSON.stringify(name)});`,
  ];
}

function outputs(section: unknown, names: Map<string, string>, imports: Set<string>): string[] {
  return Object.entries((section ?? {}) as { readonly [name: string]: Json }).map(([name, config]) => {
    imports.add('import { TerraformOutput } from "cdktf";');
    const { "//": _notes, ...rest } = config;
    const id = JSON.stringify(name);
    return `new TerraformOutput(this, ${id}, ${literal(rest, names)}).overrideLogicalId(${id});`;
  });
}

/** @returns the class of a resource type */
function importOf(type: string, address: string, provider: unknown, imports: Set<string>): string {
  if (type === "terraform_data") {
    imports.add('import { DataResource } from "cdktf";');
    return "DataResource";
  }
  if (type === "time_sleep") {
    imports.add('import { Sleep } from "../../constructs/core/sleep";');
    return "Sleep";
  }
  const beta = provider === "google-beta";
  const data = address.startsWith("data.");
  const word = beta || data ? type : type.replace(/^google_/, "");
  const constructor = `${data ? "Data" : ""}${pascal(word)}`;
  const file = `${data ? "data-" : ""}${kebab(word)}`;
  imports.add(`import { ${constructor} } from "@cdktf/provider-google${beta ? "-beta" : ""}/lib/${file}";`);
  return constructor;
}

/** A value as TypeScript, references as attributes of what they refer to. */
function literal(value: unknown, names: Map<string, string>, asMap = false): string {
  if (typeof value === "string") return text(value, names);
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, names)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(asMap ? name : camel(name))}: ${literal(item, names, maps.has(name))}`,
  );
  return `{ ${entries.join(", ")} }`;
}

function text(value: string, names: Map<string, string>): string {
  // A function of Terraform's around references: it is one expression, and stays as it is.
  if (/^\$\{[a-z0-9]+\(/.test(value)) return JSON.stringify(value);
  const parts: string[] = [];
  let from = 0;
  for (const match of value.matchAll(reference)) {
    parts.push(
      JSON.stringify(value.slice(from, match.index)),
      `${names.get(String(match[1]))}.${camel(String(match[2]))}`,
    );
    from = match.index + match[0].length;
  }
  parts.push(JSON.stringify(value.slice(from)));
  return parts.filter((part) => part !== '""').join(" + ") || '""';
}
