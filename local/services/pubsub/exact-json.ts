import { randomUUID } from "node:crypto";

/** No text of a document begins so. */
const MARK = randomUUID();
/** Texts and numbers, each whole: parts of either may look like a long integer. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG = /^-?\d{16,}$/;

/**
 * JSON in which no integer loses digits: one outside of the safe range is handed to `long`, in its own digits.
 * @throws SyntaxError as JSON.parse
 */
export function parseExactly(text: string, long: (digits: string) => unknown): unknown {
  const value = JSON.parse(text) as unknown;
  if (!/\d{16}/.test(text)) return value;
  const marked = text.replaceAll(TOKEN, (token) =>
    LONG.test(token) && !Number.isSafeInteger(Number(token)) ? `"${MARK}${token}"` : token,
  );
  return JSON.parse(marked, (_, one: unknown) =>
    typeof one === "string" && one.startsWith(MARK) ? long(one.slice(MARK.length)) : one,
  ) as unknown;
}
