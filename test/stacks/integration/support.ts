/** Handlers and functions as their containers start them: their own module, told of its environment, over HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, vi } from "vitest";

export interface Environment {
  readonly [name: string]: string;
}

/** As Cloud Functions calls it. */
type Function = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** @returns the lines that are logged from now on */
export function logged(): readonly { readonly [field: string]: unknown }[] {
  const lines: { readonly [field: string]: unknown }[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => {
    lines.push(JSON.parse(String(line)) as { readonly [field: string]: unknown });
    return true;
  });
  return lines;
}

function tell(environment: Environment): void {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  // What a module reads when it is loaded is read anew.
  vi.resetModules();
}

export async function handler(name: string, environment: Environment) {
  tell({ PORT: "0", ...environment });
  const { serving } = (await import(`../../../stacks/integration/handlers/${name}/main.ts`)) as {
    readonly serving: Promise<{ readonly port: number; readonly stop: () => Promise<void> }>;
  };
  const { port, stop } = await serving;
  closing.push(stop);
  return caller(port);
}

export async function cloudFunction(name: string, entryPoint: string, environment: Environment) {
  tell(environment);
  const module = (await import(`../../../stacks/integration/functions/${name}/index.ts`)) as {
    readonly [name: string]: Function;
  };
  const server = createServer((request, response) => void module[entryPoint]?.(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => void server.close(() => resolve())));
  return caller((server.address() as AddressInfo).port);
}

function caller(port: number) {
  const ask = async (method: string, path: string, body?: string, headers: Environment = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { connection: "close", ...headers },
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  };
  return {
    ask,
    /** As Pub/Sub does. */
    push: (data: string | object, more: object = {}) => {
      const text = typeof data === "string" ? data : JSON.stringify(data);
      return ask("POST", "/", JSON.stringify({ message: { data: btoa(text), messageId: "7", ...more } }));
    },
    /** As Eventarc does. */
    event: (type: string, data: object | undefined, subject = "") =>
      ask("POST", "/", data && JSON.stringify(data), {
        "content-type": "application/json",
        "ce-id": "1",
        "ce-type": type,
        "ce-source": "//test",
        ...(subject === "" ? {} : { "ce-subject": subject }),
      }),
  };
}

export interface Sent {
  readonly url: string;
  readonly method: string;
  readonly body: string;
}

/** Google's APIs that have no local server: what is sent to them is taken down, and answered by `answer`. */
export function google(answer: (sent: Sent) => Response | undefined): readonly Sent[] {
  const taken: Sent[] = [];
  const real = fetch;
  vi.stubGlobal("fetch", async (input: string | URL, init: RequestInit = {}) => {
    const { hostname } = new URL(input);
    if (hostname === "127.0.0.1" || hostname === "localhost") return real(input, init);
    if (hostname === "metadata.google.internal") return Response.json({ access_token: "t", expires_in: 3600 });
    const body = init.body === undefined || init.body === null ? "" : await new Response(init.body).text();
    const sent = { url: String(input), method: init.method ?? "GET", body };
    taken.push(sent);
    return answer(sent) ?? new Response("{}");
  });
  return taken;
}
