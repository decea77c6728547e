/** The one form of a value of each type, and what is no such value: undefined. */
import { normalDate, normalDatetime, normalTime } from "./calendar";
import { normalDecimal } from "./decimal";
import { normalTimestamp } from "./timestamp";

/** Node has it since version 20; the compiler's library for ES2023 does not know it. */
type Text = string & { isWellFormed(): boolean };

/** Text that UTF-8 can hold: without halves of surrogate pairs. */
export const normalText = (text: string): string | undefined => ((text as Text).isWellFormed() ? text : undefined);

/** A whole number of the safe range; -0 is 0. */
export const normalInteger = (value: number): number | undefined =>
  Number.isSafeInteger(value) ? value + 0 : undefined;

/** A finite number; -0 is 0, as the engines' JSON has but one zero. */
export const normalFloat = (value: number): number | undefined => (Number.isFinite(value) ? value + 0 : undefined);

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

/** A whole number of 64 bits, as text without needless zeros. */
export function normalInteger64(text: string): string | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const digits = text.replace(/^(-?)0+(?=\d)/, "$1");
  if (digits.length > 20) return undefined;
  const value = BigInt(digits);
  return value >= LEAST && value <= MOST ? String(value) : undefined;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const sextets = new Int8Array(128).fill(-1);
for (let i = 0; i < alphabet.length; i++) sextets[alphabet.charCodeAt(i)] = i;
const EQUALS = 61;

/** Base64 of RFC 4648, padded, its unused bits zero: so the same bytes are the same text. */
function normalBase64(text: string): string | undefined {
  if (text.length % 4 !== 0) return undefined;
  let end = text.length;
  while (end > text.length - 2 && end > 0 && text.charCodeAt(end - 1) === EQUALS) end--;
  let last = 0;
  for (let i = 0; i < end; i++) {
    last = sextets[text.charCodeAt(i)] ?? -1;
    if (last < 0) return undefined;
  }
  const unused = text.length - end;
  return (last & ((1 << (2 * unused)) - 1)) === 0 ? text : undefined;
}

/** Of the types that a function sees as text of one form. */
export const normalTextOf = {
  NUMERIC: normalDecimal,
  TIMESTAMP: normalTimestamp,
  DATE: normalDate,
  DATETIME: normalDatetime,
  TIME: normalTime,
  BYTES: normalBase64,
} as const;
