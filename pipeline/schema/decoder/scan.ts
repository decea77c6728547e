/**
 * Steps over the bytes of JSON text, for the generated decoders. A step gives what it found, or undefined (-1 for
 * a place) where anything is odd; then the readable way reads the event again and decides. Where a step ended is
 * in {@link cursor}: two results without an object made for them.
 */
import type { FieldSpec, Json } from "../../spec";
import { asciiText } from "../ascii";
import { DEEPEST_JSON } from "../plain-json";
import { normalText } from "../scalar";
import { jsonOf, scalarOf } from "./event";
import type { NameLookup } from "./name-lookup";
import { NotJson, NumberText, parseJson } from "./parse";

export const cursor = {
  at: 0,
  /** Bytes beyond ASCII came by: whether the event is UTF-8 is still to be seen. */
  wide: false,
  /** Milliseconds since 1970 of the field that is read as a number. */
  time: 0,
};

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const MINUS = 45;
const POINT = 46;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** 1 for each byte that stands for itself within quotes: ASCII but quotes, backslashes and control characters. */
const plain = new Uint8Array(256);
plain.fill(1, 32, 128);
plain[QUOTE] = 0;
plain[BACKSLASH] = 0;

const isSpace = (byte: number | undefined): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;

/** Where white space ends that may begin at a place. */
export function spaceEnd(bytes: Buffer, at: number, end: number): number {
  let i = at;
  while (i < end && isSpace(bytes[i])) i++;
  return i;
}

/** Where white space begins that may end at a place. */
export function spaceStart(bytes: Buffer, start: number, at: number): number {
  let i = at;
  while (i > start && isSpace(bytes[i - 1])) i--;
  return i;
}

/**
 * The text in quotes of whatever characters and escapes.
 * @param start after the opening quote
 */
export function textAt(bytes: Buffer, start: number, end: number): string | undefined {
  const after = textEnd(bytes, start, end);
  if (after < 0) return undefined;
  cursor.at = after;
  const text = bytes.toString("utf8", start, after - 1);
  return text.includes("\\") ? normalText(JSON.parse(`"${text}"`) as string) : text;
}

/** Where the text in quotes ends, after its closing quote. */
function textEnd(bytes: Buffer, start: number, end: number): number {
  let i = start;
  for (;;) {
    while (i < end && plain[bytes[i] as number] === 1) i++;
    if (i >= end) return -1;
    const byte = bytes[i] as number;
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) {
      i = escapeEnd(bytes, i + 1, end);
      if (i < 0) return -1;
    } else if (byte >= 128) {
      cursor.wide = true;
      i++;
    } else return -1;
  }
}

/** What may follow a backslash, but for u. */
const escaped = new Set(Buffer.from('"\\/bfnrt'));
const LETTER_U = 117;

/** @param at after the backslash */
function escapeEnd(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return -1;
  const byte = bytes[at] as number;
  if (byte !== LETTER_U) return escaped.has(byte) ? at + 1 : -1;
  if (at + 5 > end) return -1;
  return /^[0-9a-fA-F]{4}$/.test(asciiText(bytes, at + 1, at + 5)) ? at + 5 : -1;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

function digitsEnd(bytes: Buffer, at: number, end: number): number {
  let i = at;
  while (i < end && isDigit(bytes[i])) i++;
  return i;
}

/** Where a number ends, of any form. */
function numberEnd(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  let i = digitsEnd(bytes, first, end);
  if (i === first || (bytes[first] === 48 && i > first + 1)) return -1;
  if (i < end && bytes[i] === POINT) {
    const fraction = i + 1;
    i = digitsEnd(bytes, fraction, end);
    if (i === fraction) return -1;
  }
  if (i < end && ((bytes[i] as number) | 32) === 101) {
    const sign = bytes[i + 1];
    const power = sign === 43 || sign === MINUS ? i + 2 : i + 1;
    i = digitsEnd(bytes, power, end);
    if (i === power) return -1;
  }
  return i;
}

function wordEnd(bytes: Buffer, start: number, end: number): number {
  for (const word of ["null", "true", "false"]) {
    if (start + word.length <= end && asciiText(bytes, start, start + word.length) === word) return start + word.length;
  }
  return -1;
}

/**
 * Where a value ends, checked as strictly as one that is read.
 * @param depth how many lists and objects it lies in
 */
function valueEnd(bytes: Buffer, start: number, end: number, depth: number): number {
  const byte = start < end ? bytes[start] : undefined;
  if (byte === QUOTE) return textEnd(bytes, start + 1, end);
  if (byte === MINUS || isDigit(byte)) return numberEnd(bytes, start, end);
  if (byte !== OPEN_OBJECT && byte !== OPEN_LIST) return wordEnd(bytes, start, end);
  if (depth >= DEEPEST_JSON) return -1;
  const close = byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST;
  let i = spaceEnd(bytes, start + 1, end);
  if (i < end && bytes[i] === close) return i + 1;
  for (;;) {
    if (byte === OPEN_OBJECT) {
      i = nameEnd(bytes, i, end);
      if (i < 0) return -1;
    }
    i = valueEnd(bytes, spaceEnd(bytes, i, end), end, depth + 1);
    if (i < 0) return -1;
    i = spaceEnd(bytes, i, end);
    if (i >= end) return -1;
    if (bytes[i] === close) return i + 1;
    if (bytes[i] !== COMMA) return -1;
    i = spaceEnd(bytes, i + 1, end);
  }
}

/** Where a field's name and its colon end. */
function nameEnd(bytes: Buffer, start: number, end: number): number {
  return bytes[start] === QUOTE ? colonEnd(bytes, textEnd(bytes, start + 1, end), end) : -1;
}

function colonEnd(bytes: Buffer, at: number, end: number): number {
  if (at < 0) return -1;
  const colon = spaceEnd(bytes, at, end);
  return bytes[colon] === COLON ? colon + 1 : -1;
}

/**
 * Steps over a field's name and its colon.
 * @returns the name's place in the lookup; -1 where it has none, -2 where no plain name stands there.
 */
export function nameAt(bytes: Buffer, view: DataView, at: number, end: number, lookup: NameLookup): number {
  const quote = plainEnd(bytes, view, at, end);
  const after = quote < 0 ? -1 : colonEnd(bytes, quote + 1, end);
  if (after < 0) return -2;
  cursor.at = after;
  return lookup.find(bytes, at + 1, quote);
}

/** The place of the quote after ASCII text without escapes; -1 where it is other text, or none. */
export function plainEnd(bytes: Buffer, view: DataView, at: number, end: number): number {
  if (bytes[at] !== QUOTE) return -1;
  let i = at + 1;
  for (; i + 4 <= end; i += 4) {
    const four = view.getInt32(i, true);
    const quotes = four ^ 0x22222222;
    const escapes = four ^ 0x5c5c5c5c;
    // The highest bit of each byte that is not plain: beyond ASCII, a control character, a quote, a backslash. A borrow
    // may set it in those after one that is, never before it.
    const odd =
      (four | (four - 0x20202020) | ((quotes - 0x01010101) & ~quotes) | ((escapes - 0x01010101) & ~escapes)) &
      0x80808080;
    if (odd === 0) continue;
    i += (31 - Math.clz32(odd & -odd)) >> 3;
    return bytes[i] === QUOTE ? i : -1;
  }
  while (i < end && plain[bytes[i] as number] === 1) i++;
  return i < end && bytes[i] === QUOTE ? i : -1;
}

/** Steps over a value that is not read: quickly, where it is text without escapes. */
export function passOver(bytes: Buffer, view: DataView, at: number, end: number, depth: number): boolean {
  const quote = plainEnd(bytes, view, at, end);
  const after = quote < 0 ? valueEnd(bytes, at, end, depth) : quote + 1;
  cursor.at = after;
  return after >= 0;
}

/** A value of a field in a form that the generated code leaves to this: text for a number, an exponent, many digits. */
export function oddScalar(bytes: Buffer, start: number, end: number, field: FieldSpec): Json | undefined {
  const byte = bytes[start];
  if (byte === QUOTE) {
    const text = textAt(bytes, start + 1, end);
    return text === undefined ? undefined : scalarOf(field, text);
  }
  if (byte !== MINUS && !isDigit(byte)) return undefined;
  const after = numberEnd(bytes, start, end);
  if (after < 0) return undefined;
  cursor.at = after;
  return scalarOf(field, new NumberText(asciiText(bytes, start, after)));
}

/** What JSON.parse might lose or say otherwise: many digits, exponents, -0, escapes of half a character. */
const delicate = /[\d.]{16}|\d[eE]|-0|\\u/;

/** A JSON field's value, whatever it is. */
export function jsonAt(bytes: Buffer, start: number, end: number, depth: number): Json | undefined {
  const after = valueEnd(bytes, start, end, depth);
  if (after < 0) return undefined;
  cursor.at = after;
  const text = bytes.toString("utf8", start, after);
  if (!delicate.test(text)) return JSON.parse(text) as Json;
  const parsed = parseJson(text);
  return parsed instanceof NotJson ? undefined : jsonOf(parsed);
}
