/** What a processor answers over HTTP about itself: see `paths` of the contract. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pause, type Clock } from "../../runtime/clock";
import { paths, type ProcessorState } from "./contract";
import type { Distribution } from "./processor/telemetry/histogram";
import { pointsOf } from "./processor/telemetry/points";
import { PROMETHEUS, prometheusText } from "./processor/telemetry/prometheus";

export interface Controlled {
  readonly state: ProcessorState;
  readonly ready: boolean;
  /** Why it makes no progress, a sentence; undefined where it does. That this is asked and answered is a part of it. */
  readonly stuck?: string | undefined;
  /** What was measured when it happened. */
  readonly distributions: readonly Distribution[];
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
  if (request.method === "GET" || request.method === "HEAD") return look(controlled, path, response);
  if (request.method !== "POST" || path !== paths.drain || controlled.drain === undefined) return false;
  controlled.drain().then(
    () => answer(response, 200, controlled.state),
    (error: unknown) =>
      answer(response, 409, { error: error instanceof Error ? error.message : "it cannot be drained" }),
  );
  return true;
}

/** @returns whether there is something at the path */
function look(controlled: Controlled, path: string, response: ServerResponse): boolean {
  switch (path) {
    case paths.alive: {
      const { stuck } = controlled;
      answer(response, stuck === undefined ? 200 : 503, {
        alive: stuck === undefined,
        ...(stuck && { problem: stuck }),
      });
      return true;
    }
    case paths.ready: {
      const { ready } = controlled;
      answer(response, ready ? 200 : 503, { ready });
      return true;
    }
    case paths.state:
      answer(response, 200, controlled.state);
      return true;
    case paths.metrics: {
      const { state, distributions } = controlled;
      const text = prometheusText(pointsOf(state), distributions, { pipeline: state.pipeline });
      response.writeHead(200, { "content-type": PROMETHEUS }).end(text);
      return true;
    }
    default:
      return false;
  }
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
