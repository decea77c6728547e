import { Agent as HttpAgent, type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { CommandError } from "../command-error";

/** What became of one post of an event. */
export type Answer =
  | { readonly kind: "accepted"; readonly messageId: string }
  /** Sending the same again would give the same. */
  | { readonly kind: "refused"; readonly status: number; readonly reason: string }
  /** It was not taken now; it may be sent again after these milliseconds. */
  | { readonly kind: "later"; readonly status: number; readonly reason: string; readonly wait: number };

export type Post = (body: string) => Promise<Answer>;

const TIMEOUT = 30_000;
/** Where an answer does not say when to come again. */
const PAUSE = 1_000;

/**
 * Posts events to a proxy, local or deployed, over connections that are kept.
 * @param endpoint the proxy's address, with or without /json
 * @param token an identity token, for a proxy that is not public
 * @throws CommandError where the endpoint is no address
 */
export function postTo(endpoint: string, token: string | undefined): Post {
  const url = jsonPath(endpoint);
  const secure = url.protocol === "https:";
  // node:http rather than fetch: a simulation at full speed shares the machine with all that it drives.
  const request = secure ? httpsRequest : httpRequest;
  const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true });
  const headers: OutgoingHttpHeaders = { "content-type": "application/json" };
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  return (body) =>
    new Promise((resolve) => {
      const later = (error: Error): void => resolve({ kind: "later", status: 0, reason: reasonOf(error), wait: PAUSE });
      const length = { "content-length": Buffer.byteLength(body) };
      const options = { method: "POST", agent, headers: { ...headers, ...length }, timeout: TIMEOUT };
      const sent = request(url, options, (response) => void readAnswer(response).then(resolve, later));
      sent.once("timeout", () => sent.destroy(new Error(`no answer in ${TIMEOUT / 1000} s`)));
      sent.once("error", later);
      sent.end(body);
    });
}

function jsonPath(endpoint: string): URL {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw new CommandError(`--endpoint ${endpoint} is no address: https://<service>.run.app is needed`, 2);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new CommandError(`--endpoint ${endpoint} is neither http nor https`, 2);
  }
  if (!url.pathname.endsWith("/json")) url.pathname = `${url.pathname.replace(/\/$/, "")}/json`;
  return url;
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const content = await text(response);
  const { headers, statusCode: status = 0, statusMessage = "" } = response;
  if (status >= 200 && status < 300) return { kind: "accepted", messageId: field(content, "messageId") ?? "" };
  const reason = field(content, "error") ?? statusMessage;
  if (status !== 429 && status < 500) return { kind: "refused", status, reason };
  const seconds = Number(headers["retry-after"]);
  return { kind: "later", status, reason, wait: seconds > 0 ? seconds * 1000 : PAUSE };
}

function field(content: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value === "object" && value !== null && name in value) return String((value as never)[name]);
  } catch {
    // A front's error page: the status says enough.
  }
  return undefined;
}

/** A name with several addresses fails with an error of all their errors. */
function reasonOf(error: Error): string {
  const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  return first?.message ?? error.message;
}
