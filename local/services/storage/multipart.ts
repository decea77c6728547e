import { CloudError } from "../../errors";
import { isObject } from "./records";

/** The two parts of an upload in one request: what the object is, and its bytes as they come. */
export interface MultipartUpload {
  readonly metadata: { readonly [name: string]: unknown };
  /** Of the second part. */
  readonly contentType: string | undefined;
  readonly media: AsyncIterable<Buffer>;
}

const METADATA_LIMIT = 1024 * 1024;

/**
 * Reads a multipart/related body of JSON and media. The media is passed on in pieces and never held whole.
 * @see https://cloud.google.com/storage/docs/uploading-objects#multipart-upload
 * @throws CloudError INVALID_ARGUMENT; the media throws it too, when the body ends early.
 */
export async function readMultipart(body: AsyncIterable<Buffer>, contentType: string): Promise<MultipartUpload> {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  if (!/^multipart\/related/i.test(contentType) || boundary === null) {
    throw malformed("its content type has to be multipart/related with a boundary");
  }
  // Preceded by a line break, so that the first delimiter, which has none before it, is found alike.
  const delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2]}`);
  const chunks = body[Symbol.asyncIterator]();
  let held: Buffer = Buffer.from("\r\n");
  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };
  const upTo = async (end: Buffer): Promise<Buffer> => {
    for (;;) {
      const at = held.indexOf(end);
      if (at >= 0) {
        const before = held.subarray(0, at);
        held = held.subarray(at + end.length);
        return before;
      }
      if (held.length > METADATA_LIMIT) throw malformed(`its first part is over ${METADATA_LIMIT} bytes`);
      if (!(await more())) throw malformed("it ends before its last boundary");
    }
  };
  const headers = async (): Promise<string> => (await upTo(Buffer.from("\r\n\r\n"))).toString("latin1");

  await upTo(delimiter);
  await headers();
  const metadata = parsed(await upTo(delimiter));
  const mediaHeaders = await headers();

  async function* media(): AsyncGenerator<Buffer> {
    for (;;) {
      const at = held.indexOf(delimiter);
      if (at >= 0) {
        if (at > 0) yield held.subarray(0, at);
        // What follows the last boundary belongs to nobody, but has to be read.
        while ((await chunks.next()).done !== true);
        return;
      }
      // The end may be the beginning of a delimiter.
      const sure = held.length - delimiter.length + 1;
      if (sure > 0) {
        yield held.subarray(0, sure);
        held = held.subarray(sure);
      }
      if (!(await more())) throw malformed("it ends before its last boundary");
    }
  }
  return { metadata, contentType: /^content-type:\s*(.+?)\s*$/im.exec(mediaHeaders)?.[1], media: media() };
}

function parsed(json: Buffer): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(json.toString("utf8"));
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw malformed("its first part has to be a JSON object");
}

const malformed = (what: string): CloudError =>
  new CloudError("INVALID_ARGUMENT", `Malformed multipart body: ${what}.`);
