/** The page of a running journey: its files, its numbers as they change, and what is asked for row by row. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { CloudError } from "../errors";
import { type HttpServer, listen, pathOf, queryOf, sendJson } from "../http";
import type { Clock } from "../service";
import type { TimedEntry } from "../view";
import { Assets } from "./assets";
import { EventStream } from "./events";
import { everySecond } from "./every-second";
import { journeyOf } from "./journey";
import { deadLetterMessages, journeyMessage, logMessage, rowsMessage, tickMessage } from "./messages";
import { type Snapshot, takeSnapshot } from "./snapshot";
import { deadLetters, recentRows, type Source } from "./source";

export interface ConsoleOptions {
  readonly source: Source;
  readonly clock: Clock;
  /**
   * 0 for any that is free.
   * @default 4000, or the next that is free
   */
  readonly port?: number | undefined;
  /** Is told the state of every second. */
  readonly onSnapshot?: (snapshot: Snapshot) => void;
}

export interface RunningConsole {
  /** http://localhost:4000 */
  readonly url: string;
  stop(): Promise<void>;
}

const FIRST_PORT = 4000;
/** So many are tried before it gives up. */
const PORTS = 100;
const MOST_ROWS = 200;
const FIRST_LOGS = 200;

/** @throws CloudError where the port that was asked for is taken */
export async function startConsole({ clock, onSnapshot, port, source }: ConsoleOptions): Promise<RunningConsole> {
  const { view } = source;
  const graph = view.graph;
  const journey = journeyOf(graph);
  const first = journeyMessage(view);
  const assets = new Assets();
  const events = new EventStream();
  const now = (): number => clock.now();
  let snapshot = await takeSnapshot(view, journey, now);

  const routes: {
    readonly [path: string]: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;
  } = {
    "/events": (_, response) =>
      events.connect(response, [
        ["journey", first],
        ["tick", tickMessage(snapshot, graph)],
        ["logs", view.logs.recent(FIRST_LOGS).map(logMessage)],
      ]),
    "/rows": async (request, response) => {
      const table = queryOf(request).get("table") ?? "";
      if (!first.tables.some(({ address }) => address === table)) {
        throw new CloudError("NOT_FOUND", `${table} is no table of ${view.stack.id}`);
      }
      sendJson(response, 200, rowsMessage(await recentRows(source, table, MOST_ROWS)));
    },
    "/dead-letters": (_, response) =>
      sendJson(response, 200, deadLetterMessages(deadLetters(source, journey, Infinity), MOST_ROWS)),
  };

  const server = await listenFrom(port, async (request, response) => {
    secure(response);
    if (request.method !== "GET") throw new CloudError("UNIMPLEMENTED", "the page only reads");
    const path = pathOf(request);
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route !== undefined) return route(request, response);
    const asset = await assets.get(path);
    if (asset === undefined) throw new CloudError("NOT_FOUND", `there is nothing at ${path}`);
    response.writeHead(200, { "content-type": asset.type, "cache-control": "no-store" }).end(asset.content);
  });

  const unfollow = view.logs.follow((entry: TimedEntry) => events.send("logs", [logMessage(entry)]));
  let stopped = false;
  const endTicks = everySecond(clock, async () => {
    try {
      snapshot = await takeSnapshot(view, journey, now);
    } catch {
      // A service that stops while it is asked: the next moment says so.
      return;
    }
    if (stopped) return;
    events.send("tick", tickMessage(snapshot, graph));
    onSnapshot?.(snapshot);
  });

  return {
    url: `http://localhost:${server.port}`,
    async stop() {
      stopped = true;
      endTicks();
      unfollow();
      events.close();
      await server.stop();
    },
  };
}

type Handler = Parameters<typeof listen>[0];

async function listenFrom(wanted: number | undefined, handle: Handler): Promise<HttpServer> {
  if (wanted !== undefined) {
    return listen(handle, wanted).catch((error: unknown) => {
      if (!isTaken(error)) throw error;
      throw new CloudError("ALREADY_EXISTS", `port ${wanted} is taken: choose another, or none for the next free one`);
    });
  }
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) {
    try {
      // One after the other: the first that is free.
      return await listen(handle, port);
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  return listen(handle);
}

const isTaken = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EADDRINUSE";

/** Nothing from elsewhere, nothing inline, in nobody's frame: what an event holds stays text. */
function secure(response: ServerResponse): void {
  response.setHeader(
    "content-security-policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-resource-policy", "same-origin");
}
