import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { readBody, tooLarge } from "./body";
import { Failure, tryAgain } from "./failure";
import type { Ingest } from "./ingest";
import type { Log } from "../../runtime/log";
import type { RateLimit } from "./rate-limit";

export interface ServerProps {
  readonly ingest: Ingest;
  /** None where requests are not limited. */
  readonly rateLimit: RateLimit | undefined;
  readonly maxBodyBytes: number;
  readonly log: Log;
}

/** Bodies that are held at one time, read or being read: the smallest instance has 512 MiB. */
const MAX_HELD_BYTES = 128 * 1024 * 1024;

/** Cloud Run's front keeps its connections; closed by us under a request, they would be a 502. */
const KEEP_ALIVE = 620_000;
const REQUEST_TIMEOUT = 60_000;

/** `GET /` is health; `POST /json` takes events. */
export function proxyServer(props: ServerProps): Server {
  const { log, maxBodyBytes, rateLimit } = props;
  let held = 0;

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wait = rateLimit?.take() ?? 0;
    if (wait > 0) {
      throw new Failure(429, "Too many requests: come again later", { "retry-after": String(wait) });
    }
    const encoding = request.headers["content-encoding"] ?? "identity";
    if (encoding !== "identity") throw new Failure(415, `The body is ${encoding}: it is taken without an encoding`);
    const declared = request.headers["content-length"];
    const length = declared === undefined ? maxBodyBytes : Number(declared);
    if (length > maxBodyBytes) throw tooLarge(maxBodyBytes);
    if (held + length > MAX_HELD_BYTES) throw tryAgain("Too many requests are open: come again later");
    held += length;
    try {
      if (request.headers.expect !== undefined) response.writeContinue();
      const body = await readBody(request, maxBodyBytes);
      // The sender went away before the event was whole.
      if (body === undefined) return;
      answer(response, 200, await props.ingest.publish(body, request.headers["content-type"]));
    } finally {
      held -= length;
    }
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    response.once("finish", () => {
      // On the way out, a connection that was kept would keep the process.
      if (!server.listening) request.socket.end();
    });
    route(request, response, take).catch((error: unknown) => {
      if (error instanceof Failure) {
        answer(response, error.status, { error: error.message }, error.headers);
        return;
      }
      log("ERROR", `a request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      answer(response, 500, { error: "The proxy failed. The event was not taken." });
    });
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE, requestTimeout: REQUEST_TIMEOUT }, handle);
  // A sender that asks first is told of a refusal before it sends the body.
  server.on("checkContinue", handle);
  return server;
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  take: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0];
  if (path === "/json") {
    if (request.method !== "POST") throw wrongMethod(request, "POST");
    await take(request, response);
  } else if (path === "/") {
    if (request.method !== "GET" && request.method !== "HEAD") throw wrongMethod(request, "GET, HEAD");
    answer(response, 200, { status: "ok" });
  } else {
    throw new Failure(404, "There is nothing here: events are taken at POST /json");
  }
}

const wrongMethod = (request: IncomingMessage, allow: string): Failure =>
  new Failure(405, `${request.method} is not taken here: ${allow}`, { allow });

/** What is left of a refused body is read and forgotten by Node, so the sender gets to read the answer. */
function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: { readonly [name: string]: string } = {},
): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
