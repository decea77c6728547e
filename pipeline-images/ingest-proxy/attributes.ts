import { Failure } from "./failure";

/** https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_VALUE_BYTES = 1024;

/** A message's attributes: what a subscription's filter sees. */
export type Attributes = readonly (readonly [name: string, value: string])[];

/**
 * The named fields of an event, where it has them as text, numbers or booleans. A body that is no JSON
 * object has none: it is published as it is, and whoever reads it says why it is malformed.
 * @throws Failure 400 where a value does not fit an attribute: to leave it out would keep the event from
 * the subscriptions that filter by it, without a word.
 */
export function attributesOf(body: Buffer, names: readonly string[]): Attributes {
  if (names.length === 0) return [];
  const event = parse(body);
  const attributes: [string, string][] = [];
  for (const name of names) {
    const value = Object.hasOwn(event, name) ? event[name] : undefined;
    const text = asText(name, value);
    if (text === undefined) continue;
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_VALUE_BYTES) {
      throw new Failure(
        400,
        `${name} is ${bytes} bytes: it is sent as an attribute too, and Pub/Sub takes at most ${MAX_VALUE_BYTES}`,
      );
    }
    attributes.push([name, text]);
  }
  return attributes;
}

function asText(name: string, value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "number") return undefined;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Failure(400, `${name} is a number beyond 2^53: send it as text, so that its attribute keeps every digit`);
  }
  return String(value);
}

function parse(body: Buffer): { readonly [field: string]: unknown } {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as { readonly [field: string]: unknown };
    }
  } catch {
    // Not JSON: no attributes.
  }
  return {};
}
