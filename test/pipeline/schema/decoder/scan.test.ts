/** Where plain text ends: four bytes at a time give what one at a time would. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { plainEnd } from "../../../../pipeline/schema/decoder/scan";

const QUOTE = 34;
const BACKSLASH = 92;

function simplePlainEnd(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== QUOTE) return -1;
  for (let i = at + 1; i < end; i += 1) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) return i;
    if (byte < 32 || byte >= 128 || byte === BACKSLASH) return -1;
  }
  return -1;
}

function same(bytes: Buffer, at: number, end: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  expect(plainEnd(bytes, view, at, end)).toBe(simplePlainEnd(bytes, at, end));
}

test("any byte, at any place of a text, before a quote and before the end", () => {
  for (let byte = 0; byte < 256; byte += 1) {
    for (let place = 1; place < 12; place += 1) {
      const bytes = Buffer.from(`"${"a".repeat(14)}"`);
      bytes[place] = byte;
      same(bytes, 0, bytes.length);
      same(bytes, 0, place);
      same(bytes, 0, place + 1);
    }
  }
});

test("any bytes, of which those beyond the end are not looked at", () => {
  const mostlyPlain = fc.oneof(
    { arbitrary: fc.integer({ min: 32, max: 127 }), weight: 30 },
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(QUOTE, QUOTE - 1, QUOTE + 1, BACKSLASH, BACKSLASH - 1, BACKSLASH + 1, 31, 32, 127, 128, 160, 255),
  );
  fc.assert(
    fc.property(fc.array(mostlyPlain, { maxLength: 40 }), fc.nat(40), (content, cut) => {
      const bytes = Buffer.from([QUOTE, ...content]);
      same(bytes, 0, Math.min(cut, bytes.length));
      same(bytes, 0, bytes.length);
    }),
    { numRuns: 2_000 },
  );
});
