import type { IncomingMessage, ServerResponse } from "node:http";

/** A request, read. */
export interface Request {
  readonly method: string;
  /** "/orders", without what follows "?". */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: Uint8Array;
}

/** What a request is answered with. */
export interface Answer {
  /** 200 and its like acknowledge a pushed message; anything else has it delivered again. */
  readonly status: number;
  /** As JSON. @default nothing */
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

/** What answers a kind of requests. */
export type Route = (request: Request) => Answer | Promise<Answer>;

/** A refusal: an answer that is no success, with a sentence for whoever asked. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads a request whole.
 * @throws Refused where its body is larger than `mostBytes`
 */
export async function readRequest(incoming: IncomingMessage, mostBytes: number): Promise<Request> {
  const url = new URL(incoming.url ?? "/", "http://localhost");
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: await readBody(incoming, mostBytes),
  };
}

/** A function's host may have read the body already. */
async function readBody(incoming: IncomingMessage, mostBytes: number): Promise<Uint8Array> {
  if ("rawBody" in incoming && incoming.rawBody instanceof Uint8Array) return incoming.rawBody;
  const tooLarge = (): Refused => new Refused(413, `the body is larger than ${mostBytes} bytes`);
  if (Number(incoming.headers["content-length"] ?? 0) > mostBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function writeAnswer(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  if (response.destroyed) return;
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
