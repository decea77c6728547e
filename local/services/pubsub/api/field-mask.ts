import type { Fields, Message } from "../../../../pipeline/protobuf/message";
import { CloudError } from "../../../errors";

interface Holder {
  readonly [field: string]: unknown;
}

/**
 * The configuration with the masked fields taken from the request, as the Update methods do it.
 * @param paths "push_config", or within a message: "push_config.push_endpoint"
 * @throws CloudError INVALID_ARGUMENT for an empty mask, and for a field that is unknown or cannot change.
 */
export function masked<T extends object>(
  kind: string,
  message: Message<Fields, T>,
  current: T,
  request: T,
  paths: readonly string[],
  mutable: readonly (keyof T & string)[],
): T {
  const method = `Update${kind}Request`;
  if (paths.length === 0) {
    throw invalid(`The update_mask in the ${method} must be set, and must contain a non-empty paths list.`);
  }
  let result = { ...current } as Holder;
  for (const path of paths) {
    const keys = path.split(".").map(camelCase);
    const key = keys[0] as string;
    if (!Object.hasOwn(message.fields, key) || path !== path.toLowerCase()) {
      throw invalid(
        `Invalid update_mask provided in the ${method}: ${path} is not a known ${kind} field. ` +
          "Note that field paths must be of the form 'push_config' rather than 'pushConfig'.",
      );
    }
    if (!(mutable as readonly string[]).includes(key)) {
      throw invalid(`Invalid update_mask provided in the ${method}: the ${path} field in the ${kind} is not mutable.`);
    }
    result = withField(result, request as Holder, keys);
  }
  return result as T;
}

function withField(current: Holder, request: Holder, [key = "", ...rest]: readonly string[]): Holder {
  const wanted = request[key];
  if (rest.length === 0) return { ...current, [key]: wanted };
  if (wanted === undefined) return { ...current, [key]: undefined };
  return { ...current, [key]: withField((current[key] ?? wanted) as Holder, wanted as Holder, rest) };
}

const camelCase = (snake: string): string => snake.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const invalid = (message: string): CloudError => new CloudError("INVALID_ARGUMENT", message);
