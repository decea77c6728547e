/** Where Pub/Sub pushes to: any 2xx acknowledges, anything else has the message come again. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../../runtime/clock";
import { answer, type HandleRequest } from "../control";
import { whyRefused, type Expected } from "../../../runtime/claims";
import type { PushPipeline } from "./push-pipeline";
import { PushedMessage } from "./pushed-message";

export interface PushEndpointOptions extends Expected {
  readonly pipeline: PushPipeline;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
}

export const pushEndpoint =
  (options: PushEndpointOptions): HandleRequest =>
  (request, response) => {
    receive(options, request, response).catch(() => answer(response, 400, { error: "the request was cut off" }));
  };

async function receive(
  options: PushEndpointOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pipeline, clock, maxBodyBytes } = options;
  if (request.method !== "POST") return answer(response, 405, { error: "messages are pushed by POST" });
  const refused = whyRefused(request.headers.authorization, options);
  if (refused !== undefined) return answer(response, 403, { error: refused });
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) return answer(response, 413, { error: `the body has more than ${maxBodyBytes} bytes` });
  let message: PushedMessage;
  try {
    message = new PushedMessage(body, clock.now());
  } catch (error) {
    return answer(response, 400, { error: (error as Error).message });
  }
  try {
    await pipeline.take(message);
    response.writeHead(204).end();
  } catch (error) {
    answer(response, 503, { error: error instanceof Error ? error.message : "the rows could not be written" });
  }
}

/** The body, or undefined where it is too long: the rest of it is passed over, so that the answer is read. */
function readBody(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= most) chunks.push(chunk);
      else {
        chunks = [];
        resolve(undefined);
      }
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
  });
}
