import { randomUUID } from "node:crypto";
import { Agent, request as send, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { Transform } from "node:stream";
import { listen, type HttpServer } from "../../http";
import type { Access, Clock, LogEntry, Tokens } from "../../service";
import { authorize } from "./authorize";
import { Slots } from "./slots";
import type { RequestSettings } from "./workload";

export interface FrontOptions {
  readonly name: string;
  /** run.googleapis.com/projects/P/locations/L/services/S */
  readonly resource: string;
  readonly settings: RequestSettings;
  readonly access: Access;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly log: (entry: LogEntry) => void;
  /** The port of the process that answers now; or why there is none. */
  readonly answering: () => number | string;
  /** Whether a request comes from a service of the local cloud itself. */
  readonly isFromWithin: (headers: IncomingHttpHeaders) => boolean;
}

/** Bytes of a request over HTTP/1: https://cloud.google.com/run/quotas#cloud_run_limits */
const largestRequest = 32 * 1024 * 1024;
/** Milliseconds that a request waits for a free place. */
const patience = 10_000;
/** Set by {@link Run.fetch} and by nobody else: what it says changes with every run. */
export const withinHeader = "x-local-cloud-within";
/** Headers of one connection, not of the request. */
const hopByHop = [
  withinHeader,
  "connection",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** What stands between the world and a service's process: its public URL, which does what Cloud Run does to a request. */
export class Front {
  private readonly slots: Slots;
  private readonly agent = new Agent({ keepAlive: true });
  private server: HttpServer | undefined;
  private readonly count = { requests: 0, succeeded: 0, clientErrors: 0, serverErrors: 0, refused: 0 };

  constructor(private readonly options: FrontOptions) {
    this.slots = new Slots(options.settings.concurrency, patience, options.clock);
  }

  /** @param port wanted, so that a URL stays the same from run to run; another one where it is taken */
  async open(port: number): Promise<HttpServer> {
    const handle = (request: IncomingMessage, response: ServerResponse) => this.handle(request, response);
    this.server = await listen(handle, port).catch(() => listen(handle));
    return this.server;
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.server?.stop();
  }

  counters(): { readonly [counter: string]: number } {
    return { ...this.count, inFlight: this.slots.inside };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { settings, resource, access, tokens, isFromWithin } = this.options;
    this.count.requests += 1;
    const entrance = { url: this.server?.url ?? "", settings, resource };
    const verdict = authorize(entrance, request.headers, isFromWithin(request.headers), access, tokens);
    if (!verdict.allowed) {
      this.count.refused += 1;
      this.answer(request, response, verdict.status, verdict.why);
      return;
    }
    if (Number(request.headers["content-length"] ?? 0) > largestRequest) {
      this.answer(request, response, 413, tooLarge);
      return;
    }
    const leave = await this.slots.enter();
    if (leave === undefined) {
      this.answer(
        request,
        response,
        429,
        `all ${settings.concurrency} places of its concurrency are taken, for ${patience / 1000} s now`,
      );
      return;
    }
    try {
      await this.forward(request, response, verdict.headers);
    } finally {
      leave();
    }
  }

  /** Settles when the answer was given, or nobody waits for it any more. */
  private forward(request: IncomingMessage, response: ServerResponse, headers: IncomingHttpHeaders): Promise<void> {
    const { clock, settings, answering } = this.options;
    const port = answering();
    if (typeof port === "string") {
      response.setHeader("retry-after", "1");
      this.answer(request, response, 503, port);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const upstream = send({
        agent: this.agent,
        host: "127.0.0.1",
        port,
        method: request.method,
        path: request.url,
        headers: forwarded(headers, request.socket.remoteAddress),
      });
      // A program may answer before the body comes, and begin its answer before it has one. Where a length is told the
      // rest follows at once, and goes out in one piece with the headers.
      if (request.headers["content-length"] === undefined) upstream.flushHeaders();
      const fail = (status: number, why: string) => {
        this.answer(request, response, status, why);
        upstream.destroy();
      };
      const cancel = clock.after(settings.timeout, () =>
        fail(504, `it did not answer within the ${settings.timeout / 1000} s that a request may take`),
      );
      upstream.on("response", (answer) => {
        this.countAnswer(answer.statusCode ?? 502);
        response.writeHead(answer.statusCode ?? 502, withoutHops(answer.headers));
        if (answer.headers["content-length"] === undefined) response.flushHeaders();
        answer.on("error", () => response.destroy()).pipe(response);
      });
      upstream.on("error", (error) => fail(503, `the connection to its process broke: ${error.message}`));
      response.on("close", () => {
        cancel();
        upstream.destroy();
        resolve();
      });
      request.on("error", () => upstream.destroy());
      // A length that is told was looked at, and is the length.
      if (request.headers["content-length"] !== undefined) request.pipe(upstream);
      else request.pipe(new SizeLimit(() => fail(413, tooLarge))).pipe(upstream);
    });
  }

  /** The front's own answer; one that comes after the process began to answer cuts the connection. */
  private answer(request: IncomingMessage, response: ServerResponse, status: number, why: string): void {
    request.unpipe();
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    this.countAnswer(status);
    const message = `${this.options.name}: ${why}`;
    this.options.log({ severity: status >= 500 ? "ERROR" : "WARNING", source: "run", message, status });
    const text = `${message}\n`;
    response.writeHead(status, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": Buffer.byteLength(text),
    });
    response.write(text);
    // A connection that closes while the client still sends is reset, and the client never reads the answer.
    if (request.readableEnded) response.end();
    else request.resume().once("close", () => response.end());
  }

  private countAnswer(status: number): void {
    if (status >= 500) this.count.serverErrors += 1;
    else if (status >= 400) this.count.clientErrors += 1;
    else this.count.succeeded += 1;
  }
}

const tooLarge = `a request has at most ${largestRequest / 1024 / 1024} MiB`;

/** Lets so many bytes through and then says so. */
class SizeLimit extends Transform {
  private size = 0;

  constructor(private readonly exceeded: () => void) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: (error?: null, data?: Buffer) => void): void {
    this.size += chunk.length;
    if (this.size > largestRequest) this.exceeded();
    else done(null, chunk);
  }
}

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));
}

function forwarded(headers: IncomingHttpHeaders, from = ""): IncomingHttpHeaders {
  const before = headers["x-forwarded-for"];
  const trace = randomUUID().replaceAll("-", "");
  return {
    "x-cloud-trace-context": `${trace}/1`,
    ...withoutHops(headers),
    "x-forwarded-for": before === undefined ? from : `${String(before)}, ${from}`,
    "x-forwarded-proto": "http",
    // A body without a length stays one: it comes in chunks.
    ...(headers["transfer-encoding"] !== undefined && { "transfer-encoding": "chunked" }),
  };
}
