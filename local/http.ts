/** HTTP for the local services: one server a door, routes by prefix, Google's JSON for answers and errors. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudError, type Code } from "./errors";
import type { HttpRoute } from "./service";

export interface HttpServer {
  readonly port: number;
  /** http://127.0.0.1:port */
  readonly url: string;
  /** Stops listening and cuts what is open. */
  stop(): Promise<void>;
}

/**
 * A server on this machine only.
 * @param port 0 for any free one
 * @throws the socket's error when the port is taken
 */
export async function serveHttp(routes: readonly HttpRoute[], port = 0): Promise<HttpServer> {
  const longestFirst = routes.toSorted((a, b) => b.prefix.length - a.prefix.length);
  return listen(async (request, response) => {
    const path = pathOf(request);
    const route = longestFirst.find(({ prefix }) => path.startsWith(prefix));
    if (route === undefined) {
      throw new CloudError("NOT_FOUND", `${request.method} ${path}: no local service answers here`);
    }
    await route.handle(request, response);
  }, port);
}

/** A server with one handler; what the handler throws is the answer, in Google's form. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
  port = 0,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    Promise.resolve()
      .then(() => {
        refuseForeignHost(request);
        return handle(request, response);
      })
      .catch((error: unknown) => sendError(response, error));
  });
  // Above the 60 s for which clients keep idle connections: the client closes first, so no request meets a closing socket.
  server.keepAliveTimeout = 75_000;
  // Uploads and streams last as long as they last.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  const bound = (server.address() as AddressInfo).port;
  return { port: bound, url: `http://127.0.0.1:${bound}`, stop: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A page in a browser can have its own host name point to this machine; such a request still names that host. */
function refuseForeignHost(request: IncomingMessage): void {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (!["127.0.0.1", "localhost", "[::1]", "metadata.google.internal", ""].includes(host)) {
    throw new CloudError("PERMISSION_DENIED", `the local cloud answers as 127.0.0.1 or localhost, not as ${host}`);
  }
}

/** The path of a request, without the query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] as string;
}

export function queryOf(request: IncomingMessage): URLSearchParams {
  return new URL(request.url ?? "/", "http://localhost").searchParams;
}

/**
 * The whole body.
 * @param limit in bytes
 * @throws CloudError INVALID_ARGUMENT when it is larger
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      throw new CloudError(
        "INVALID_ARGUMENT",
        `the request's body is over ${limit} bytes, the most that is taken here`,
      );
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
}

/** The body as JSON; an empty one is {}. */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  const body = await readBody(request, limit);
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch (error) {
    throw new CloudError("INVALID_ARGUMENT", `the request's body is not JSON: ${(error as Error).message}`);
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=UTF-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

/** The `reason` that Google's REST clients read, where it is not the code's name in camel case. */
const reasons: { readonly [code in Code]?: string } = {
  INVALID_ARGUMENT: "invalid",
  FAILED_PRECONDITION: "failedPrecondition",
  NOT_FOUND: "notFound",
  ALREADY_EXISTS: "duplicate",
  PERMISSION_DENIED: "forbidden",
  UNAUTHENTICATED: "required",
  RESOURCE_EXHAUSTED: "rateLimitExceeded",
  UNAVAILABLE: "backendError",
  INTERNAL: "internalError",
  UNIMPLEMENTED: "notImplemented",
};

/** An error as Google's REST APIs answer it. One that comes after the answer began cuts the connection. */
function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof CloudError ? error : new CloudError("INTERNAL", messageOf(error));
  const reason = reasons[known.code] ?? "backendError";
  // What the request still sends is not read: the connection cannot be used again.
  response.setHeader("connection", "close");
  sendJson(response, known.httpStatus, {
    error: {
      code: known.httpStatus,
      message: known.message,
      status: known.code,
      errors: [{ message: known.message, domain: "global", reason }],
    },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
