/**
 * Does a value conform to a JSON Schema? Only what spec.schema.json uses is understood; an engine carries no more.
 * @see https://json-schema.org/draft/2020-12
 */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: JsonSchema };
  /** Said of a text that is not as it should be: "a duration in seconds". */
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: { readonly [name: string]: JsonSchema | undefined };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly minProperties?: number;
}

/**
 * @param path what the value is called in the sentences
 * @returns what is wrong, a sentence each that begins with the path; none where the value conforms
 */
export function conform(root: JsonSchema, value: unknown, path: string): readonly string[] {
  return new Conformance(root).problems(root, value, path);
}

class Conformance {
  constructor(private readonly root: JsonSchema) {}

  problems(given: JsonSchema, value: unknown, path: string): readonly string[] {
    const schema = this.resolve(given);
    if (schema.oneOf !== undefined) return this.ofOne(schema.oneOf, value, path);
    const wrong = (): readonly string[] => [`${path} is ${shown(value)}, not ${wanted(schema)}`];
    if ("const" in schema && value !== schema.const) return wrong();
    if (schema.enum !== undefined && !schema.enum.includes(value)) return wrong();
    if (schema.type !== undefined && !isOfType(schema.type, value)) return wrong();
    if (typeof value === "string" && !isText(schema, value)) return wrong();
    if (typeof value === "number" && value < (schema.minimum ?? -Infinity)) return wrong();
    if (Array.isArray(value)) return this.ofList(schema, value, path);
    return isObject(value) ? this.ofObject(schema, value, path) : [];
  }

  private resolve(schema: JsonSchema): JsonSchema {
    if (schema.$ref === undefined) return schema;
    const name = schema.$ref.replace("#/$defs/", "");
    const found = this.root.$defs?.[name];
    if (found === undefined) throw new Error(`the JSON Schema has no definition ${name}`);
    return this.resolve(found);
  }

  /** Alternatives are told apart by what they say of `kind` or `type`; those of a plain value by trying. */
  private ofOne(alternatives: readonly JsonSchema[], value: unknown, path: string): readonly string[] {
    const all = alternatives.map((each) => this.resolve(each));
    for (const name of ["kind", "type"]) {
      const allowed = all.flatMap((each) => namesOf(each.properties?.[name]));
      if (allowed.length === 0) continue;
      if (!isObject(value)) return [`${path} is ${shown(value)}, not an object`];
      const one = all.find((each) => namesOf(each.properties?.[name]).includes(value[name]));
      if (one !== undefined) return this.problems(one, value, path);
      return [`${path}.${name} is ${shown(value[name])}, not one of ${allowed.map(shown).join(", ")}`];
    }
    const tried = all.map((each) => this.problems(each, value, path));
    if (tried.some((problems) => problems.length === 0)) return [];
    const alike = all.findIndex((each) => each.type !== undefined && isOfType(each.type, value));
    return tried[alike] ?? [`${path} is ${shown(value)}, not ${all.map(wanted).join(" or ")}`];
  }

  private ofList(schema: JsonSchema, list: readonly unknown[], path: string): readonly string[] {
    const { items, minItems = 0, uniqueItems = false } = schema;
    const problems: string[] = [];
    if (list.length < minItems) problems.push(`${path} has ${list.length} members: ${minItems} are the fewest`);
    if (uniqueItems && new Set(list).size < list.length) problems.push(`${path} has one member twice`);
    if (items !== undefined) {
      for (const [index, item] of list.entries()) problems.push(...this.problems(items, item, `${path}[${index}]`));
    }
    return problems;
  }

  private ofObject(schema: JsonSchema, object: { readonly [name: string]: unknown }, path: string): readonly string[] {
    const { properties = {}, required = [], additionalProperties = true, propertyNames, minProperties = 0 } = schema;
    const names = Object.keys(object);
    const problems = required
      .filter((name) => !Object.hasOwn(object, name))
      .map((name) => `${path} has no ${shown(name)}`);
    if (names.length < minProperties) problems.push(`${path} is empty`);
    for (const name of names) {
      const inner = `${path}.${name}`;
      if (propertyNames !== undefined) problems.push(...this.problems(propertyNames, name, `a name in ${path}`));
      const own = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
      if (own === false) problems.push(`${path} has ${shown(name)}, which is not known`);
      else if (typeof own === "object") problems.push(...this.problems(own, object[name], inner));
    }
    return problems;
  }
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isOfType(type: string, value: unknown): boolean {
  if (type === "object") return isObject(value);
  if (type === "array") return Array.isArray(value);
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}

function isText({ pattern, minLength = 0, maxLength = Infinity }: JsonSchema, value: string): boolean {
  if (value.length < minLength || value.length > maxLength) return false;
  return pattern === undefined || new RegExp(pattern, "u").test(value);
}

const namesOf = (schema: JsonSchema | undefined): readonly unknown[] =>
  schema === undefined ? [] : "const" in schema ? [schema.const] : (schema.enum ?? []);

function wanted(schema: JsonSchema): string {
  if (schema.type === "string" && schema.description !== undefined) return schema.description;
  const names = namesOf(schema);
  if (names.length > 0) return names.length === 1 ? shown(names[0]) : `one of ${names.map(shown).join(", ")}`;
  if (schema.type === "array") return "a list";
  if (schema.type === "integer")
    return schema.minimum === undefined ? "a whole number" : `a whole number from ${schema.minimum}`;
  return schema.type === "object" ? "an object" : `a ${schema.type ?? "value"} that is not empty`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
