/** What a processor answers over HTTP about itself: alive, ready, status, drain. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pause, type Clock } from "../../runtime/clock";
import type { ProcessorStatus } from "./contract";

export interface Controlled {
  readonly status: ProcessorStatus;
  readonly ready: boolean;
  /** Where it can be drained. */
  drain?(): Promise<void>;
}

/** Takes a request that is none of the control's. */
export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => void;

/** Listens on a port; 0 is any that is free. */
export async function listen(port: number, controlled: Controlled, other?: HandleRequest): Promise<Server> {
  const server = createServer((request, response) => {
    if (!control(controlled, request, response)) (other ?? notFound)(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, resolve);
  });
  return server;
}

function control(controlled: Controlled, request: IncomingMessage, response: ServerResponse): boolean {
  const path = request.url?.split("?")[0] ?? "/";
  if (request.method === "GET" || request.method === "HEAD") {
    if (path === "/") answer(response, 200, { alive: true });
    else if (path === "/ready") answer(response, controlled.ready ? 200 : 503, { ready: controlled.ready });
    else if (path === "/status") answer(response, 200, controlled.status);
    else return false;
    return true;
  }
  if (request.method !== "POST" || path !== "/drain" || controlled.drain === undefined) return false;
  controlled.drain().then(
    () => answer(response, 200, controlled.status),
    (error: unknown) =>
      answer(response, 409, { error: error instanceof Error ? error.message : "it cannot be drained" }),
  );
  return true;
}

/** Closes a server once the requests that are open have their answers; after some time in any case. */
export async function close(server: Server, clock: Clock, longest: number): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  await Promise.race([closed, pause(clock, longest)]);
}

export function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}

const notFound: HandleRequest = (_, response) => answer(response, 404, { error: "there is nothing here" });
