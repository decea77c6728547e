import { generate } from "./generated";

const LONGEST_BY_CHARACTERS = 32;
const cases = Array.from({ length: LONGEST_BY_CHARACTERS + 1 }, (_, length) => {
  const units = Array.from({ length }, (_, i) => `bytes[start + ${i}]`);
  return `case ${length}: return String.fromCharCode(${units.join(", ")});`;
});

/**
 * ASCII bytes as text of their own. Characters one by one cost half of a call into the buffer's code where they
 * are few; a slice of the whole event's text would cost less still, and keep the whole event in memory.
 */
export const asciiText = generate(
  `return (bytes, start, end) => {
    switch (end - start) {
      ${cases.join("\n")}
      default: return bytes.toString("latin1", start, end);
    }
  };`,
  {},
) as (bytes: Buffer, start: number, end: number) => string;
