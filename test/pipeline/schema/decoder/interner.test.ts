import { expect, test } from "vitest";
import { Interner } from "../../../../pipeline/schema/decoder/interner";

/** Texts in quotes, one after the other, each read in turn. */
function readAll(texts: readonly string[]): readonly string[] {
  const interner = new Interner();
  const bytes = Buffer.from(`{"k":${texts.map((text) => `"${text}"`).join("")}`);
  let start = 6;
  return texts.map((text) => {
    const found = interner.of(bytes, start, start + text.length);
    start += text.length + 2;
    return found;
  });
}

test("texts that come again and again, texts that come once, and both by turns, are read as they are", () => {
  const texts = Array.from({ length: 200_000 }, (_, i) => {
    const phase = Math.floor(i / 25_000) % 3;
    return phase === 0 ? `kind${i % 8}` : phase === 1 ? `unique-${i}` : i % 2 === 0 ? "" : `user${i % 5_000}`;
  });
  expect(readAll(texts)).toEqual(texts);
});

test("texts that fall into one place do not take each other's", () => {
  const texts = ["ab", "b", "ab", "b", "xab", "ab", "aab", "bab", "aab"];
  expect(readAll(texts)).toEqual(texts);
});
