import * as fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c, crc32cText } from "../../../../local/services/storage/checksum";
import { readMultipart } from "../../../../local/services/storage/multipart";

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const cut of cuts.toSorted((a, b) => a - b)) {
    const to = Math.min(cut, bytes.length);
    if (to > from) yield bytes.subarray(from, to);
    from = Math.max(from, to);
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

const body = (metadata: string, media: Buffer, boundary: string): Buffer =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\ncontent-type: application/json\r\n\r\n${metadata}\r\n--${boundary}\r\n`),
    Buffer.from("Content-Type: text/csv\r\n\r\n"),
    media,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);

test("the media comes out as it went in, wherever the body is cut into pieces", async () => {
  // Made of what a boundary is made of, so that it nearly occurs.
  const media = fc
    .array(fc.constantFrom("\r\n--b", "\r\n", "--", "-", "b", "bo", "\r", "x", "\n--bnd"), { maxLength: 20 })
    .map((list) => list.join(""))
    .filter((text) => !text.includes("\r\n--bnd"));
  await fc.assert(
    fc.asyncProperty(media, fc.array(fc.nat(300), { maxLength: 10 }), async (text, cuts) => {
      const whole = body('{"name":"a"}', Buffer.from(text), "bnd");
      const upload = await readMultipart(pieces(whole, cuts), 'multipart/related; boundary="bnd"');
      const out: Buffer[] = [];
      for await (const chunk of upload.media) out.push(chunk);
      expect(Buffer.concat(out).toString()).toBe(text);
      expect(upload.metadata).toEqual({ name: "a" });
      expect(upload.contentType).toBe("text/csv");
    }),
  );
});

test("a body that ends early is refused", async () => {
  const whole = body("{}", Buffer.from("abc"), "bnd");
  const upload = await readMultipart(pieces(whole.subarray(0, -9), []), "multipart/related; boundary=bnd");
  await expect(async () => {
    for await (const _ of upload.media);
  }).rejects.toThrow("Malformed multipart body: it ends before its last boundary.");
});

test("the checksum is Castagnoli's", () => {
  // The check value of RFC 3720.
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32cText(0xe3069283)).toBe("4waSgw==");
});
