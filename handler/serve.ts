import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "../runtime/log";
import { surroundings, type Surroundings } from "./context";
import { readRequest, Refused, writeAnswer, type Answer, type Request, type Route } from "./http";

/** "POST /orders": what answers it. A path that ends in "/*" is all that begins so. */
export interface Routes {
  readonly [methodAndPath: string]: Route;
}

export interface ServeOptions {
  /** @default PORT, as Cloud Run sets it, or 8080 */
  readonly port?: number;
  /** Larger bodies are answered 413. @default 16 MiB: a message of 10 MB, in base64, with its wrapper */
  readonly mostBytes?: number;
  /** @default those of the process: its environment, its standard output */
  readonly around?: Surroundings;
}

export interface Serving {
  readonly port: number;
  /** Takes no more requests, and ends those that are there; after 9 s, whatever is left. */
  readonly stop: () => Promise<void>;
}

/** Cloud Run kills what is still there 10 s after SIGTERM. */
const GRACE = 9_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** Cloud Run's front keeps its connections; closed by us under a request, they would be a 502. */
const KEEP_ALIVE = 620_000;

/**
 * Serves routes on PORT, `GET /` as health beside them, and leaves in order on SIGTERM: what a container of Cloud Run
 * has to do.
 *
 *     void serve({ "POST /": onMessage(OrderEvent, (order) => { ... }) });
 */
export async function serve(routes: Routes, options: ServeOptions = {}): Promise<Serving> {
  const { port = Number(process.env["PORT"] ?? 8080), mostBytes = MOST_BYTES, around = surroundings() } = options;
  const all: Routes = { "GET /": () => ({ status: 200, body: { status: "ok" } }), ...routes };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, (incoming, response) => {
    response.once("finish", () => {
      // On the way out, a connection that was kept would keep the process.
      if (!server.listening) incoming.socket.end();
    });
    void answering(incoming, response, (request) => find(all, request)(request), mostBytes, around.log);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, resolve));
  const serving: Serving = {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const impatient = setTimeout(() => server.closeAllConnections(), GRACE);
      await ended;
      clearTimeout(impatient);
      around.close();
    },
  };
  process.once("SIGTERM", () => void serving.stop().then(() => process.exit(0)));
  return serving;
}

/**
 * A route as Cloud Functions calls it: the export that the function's entry point names.
 *
 *     export const processOrder = httpFunction(onMessage(OrderEvent, (order) => { ... }));
 */
export const httpFunction =
  (route: Route, around?: Surroundings) =>
  (incoming: IncomingMessage, response: ServerResponse): Promise<void> =>
    answering(incoming, response, route, MOST_BYTES, (around ?? surroundings()).log);

async function answering(
  incoming: IncomingMessage,
  response: ServerResponse,
  route: Route,
  mostBytes: number,
  log: Log,
): Promise<void> {
  let answer: Answer;
  try {
    answer = await route(await readRequest(incoming, mostBytes));
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    const status = error instanceof Refused ? error.status : 500;
    if (status >= 500) log("ERROR", `a request failed: ${says}`);
    answer = { status, body: { error: says } };
  }
  writeAnswer(response, answer);
}

/** The longest path that fits. */
function find(routes: Routes, { method, path }: Request): Route {
  const fitting = Object.entries(routes)
    .map(([name, route]) => ({ ...parsed(name), route }))
    .filter((one) => (one.prefix ? path.startsWith(one.path) : path === one.path))
    .toSorted((a, b) => b.path.length - a.path.length);
  const found = fitting.find((one) => one.method === method);
  if (found) return found.route;
  if (fitting.length === 0) throw new Refused(404, `there is nothing at ${path}`);
  throw new Refused(405, `${method} is not taken at ${path}: ${fitting.map((one) => one.method).join(", ")}`);
}

function parsed(name: string): { readonly method: string; readonly path: string; readonly prefix: boolean } {
  const [method = "", path = "/"] = name.split(" ");
  return path.endsWith("/*") ? { method, path: path.slice(0, -1), prefix: true } : { method, path, prefix: false };
}
