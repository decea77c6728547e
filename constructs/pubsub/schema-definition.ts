/** What Pub/Sub takes as a schema, as far as its text tells. Terraform's provider looks at nothing of it. */

/** Spaces, comments, texts and words of a protobuf file; texts and words are what is told apart. */
const TOKEN = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\w.]+|[^\s\w])/gy;

/** @returns what is wrong, or undefined where the text has one message at its top and imports nothing */
export function notProtobuf(definition: string): string | undefined {
  const messages: string[] = [];
  let depth = 0;
  const words = [...definition.matchAll(TOKEN)].flatMap(([, word]) => word ?? []);
  for (const [index, word] of words.entries()) {
    if (word === "{") depth += 1;
    if (word === "}") depth -= 1;
    if (depth < 0) return "closes a brace that is not open";
    if (depth > 0 || word === "}") continue;
    if (word === "import") return `imports ${words[index + 1]}: a schema stands alone, so write the types into it`;
    if (word === "message") messages.push(words[index + 1] ?? "");
  }
  if (depth > 0) return "has a brace that is not closed";
  if (messages.length === 1) return undefined;
  return messages.length === 0
    ? "has no message: write message <Name> { ... }"
    : `has ${messages.length} messages at its top, ${messages.join(", ")}: nest all but one in the other`;
}

/** @returns what is wrong, or undefined where the text is JSON and a record with fields */
export function notAvro(definition: string): string | undefined {
  let schema: unknown;
  try {
    schema = JSON.parse(definition);
  } catch (error) {
    return `is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { type, name, fields } = partsOf(schema);
  if (type !== "record") return `is of type ${JSON.stringify(type) ?? "none"} at its top: Pub/Sub takes a "record"`;
  if (typeof name !== "string" || name === "") return "is a record without a name";
  if (!Array.isArray(fields)) return "is a record without fields";
  const wrong = fields.find((field: unknown) => !isField(field));
  return wrong === undefined ? undefined : `has a field without name or type: ${JSON.stringify(wrong)}`;
}

function isField(field: unknown): boolean {
  const { name, type } = partsOf(field);
  return typeof name === "string" && type !== undefined;
}

const partsOf = (value: unknown): { readonly [part: string]: unknown } =>
  typeof value === "object" && value !== null ? { ...value } : {};
