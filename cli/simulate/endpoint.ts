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
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  return async (body) => {
    let response: Response;
    try {
      response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT) });
      return await readAnswer(response);
    } catch (error) {
      return { kind: "later", status: 0, reason: reasonOf(error), wait: PAUSE };
    }
  };
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

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  if (response.ok) return { kind: "accepted", messageId: field(text, "messageId") ?? "" };
  const { status } = response;
  const reason = field(text, "error") ?? response.statusText;
  if (status !== 429 && status < 500) return { kind: "refused", status, reason };
  const seconds = Number(response.headers.get("retry-after"));
  return { kind: "later", status, reason, wait: seconds > 0 ? seconds * 1000 : PAUSE };
}

function field(text: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && name in value) return String((value as never)[name]);
  } catch {
    // A front's error page: the status says enough.
  }
  return undefined;
}

/** fetch says "fetch failed", and why one level below. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  if (cause instanceof AggregateError) return (cause.errors[0] as Error | undefined)?.message ?? error.message;
  return cause instanceof Error ? cause.message : error.message;
}
