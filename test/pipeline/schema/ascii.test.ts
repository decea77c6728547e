import * as fc from "fast-check";
import { expect, test } from "vitest";
import { asciiText } from "../../../pipeline/schema/ascii";

test("ASCII bytes are their text, however many", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), fc.nat(80), (text, from) => {
      const start = Math.min(from, text.length);
      expect(asciiText(Buffer.from(text, "latin1"), start, text.length)).toBe(text.slice(start));
    }),
  );
});
