import type { Clock } from "../../../runtime/clock";
import type { AccessTokens } from "../../../runtime/access-token";

/** What Google answered instead of what was asked for. */
class GoogleFailure extends Error {
  override readonly name = "GoogleFailure";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface StorageOptions {
  readonly clock: Clock;
  /** None for a local server, which knows its callers by their door. */
  readonly tokens?: AccessTokens | undefined;
  /** @default "https://storage.googleapis.com" */
  readonly endpoint?: string | undefined;
}

/** An answer takes so long at most: a record of some megabytes takes a second, and asking again is harmless. */
const TIMEOUT = 30_000;

/**
 * The few calls of Cloud Storage's JSON API that the processor makes.
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects
 */
export class CloudStorage {
  private readonly endpoint: string;

  constructor(private readonly options: StorageOptions) {
    this.endpoint = options.endpoint ?? "https://storage.googleapis.com";
  }

  /** Creates an object where there is none of that name. */
  async createObject(bucket: string, name: string, content: Uint8Array): Promise<"created" | "exists"> {
    const query = new URLSearchParams({ uploadType: "media", name, ifGenerationMatch: "0", fields: "generation" });
    const headers = { "content-type": "application/octet-stream" };
    const path = `/upload/storage/v1/b/${bucket}/o?${query.toString()}`;
    const { status } = await this.call(path, { method: "POST", headers, body: content }, 412);
    return status === 412 ? "exists" : "created";
  }

  /** An object's content, or undefined where there is none. */
  async readObject(bucket: string, name: string): Promise<Uint8Array | undefined> {
    const { status, body } = await this.call(`${objectPath(bucket, name)}?alt=media`, {}, 404);
    return status === 404 ? undefined : body;
  }

  /** An object's content as it comes. @throws Error where there is none */
  async *openObject(bucket: string, name: string): AsyncGenerator<Uint8Array> {
    const { tokens } = this.options;
    const headers = new Headers();
    if (tokens) headers.set("authorization", `Bearer ${await tokens.token()}`);
    const path = `${objectPath(bucket, name)}?alt=media`;
    const answer = await fetch(this.endpoint + path, { headers });
    if (!answer.ok || answer.body === null) {
      const said = reason(new Uint8Array(await answer.arrayBuffer()));
      throw new GoogleFailure(answer.status, `${answer.status} from ${this.endpoint}${path}: ${said}`);
    }
    yield* answer.body;
  }

  /** Names of objects that begin so. */
  async listObjects(bucket: string, prefix: string, from: string): Promise<string[]> {
    const names: string[] = [];
    const query = new URLSearchParams({ prefix, fields: "items(name),nextPageToken" });
    if (from !== "") query.set("startOffset", from);
    for (;;) {
      const { body } = await this.call(`/storage/v1/b/${bucket}/o?${query.toString()}`);
      const page = JSON.parse(Buffer.from(body).toString()) as { items?: { name: string }[]; nextPageToken?: string };
      names.push(...(page.items ?? []).map(({ name }) => name));
      if (page.nextPageToken === undefined) return names;
      query.set("pageToken", page.nextPageToken);
    }
  }

  async deleteObject(bucket: string, name: string): Promise<void> {
    await this.call(objectPath(bucket, name), { method: "DELETE" }, 404);
  }

  /** @throws GoogleFailure for a status that is neither good nor the expected one. */
  private async call(path: string, init: RequestInit = {}, expected?: number): Promise<Answer> {
    const { clock, tokens } = this.options;
    const headers = new Headers(init.headers);
    if (tokens) headers.set("authorization", `Bearer ${await tokens.token()}`);
    const abort = new AbortController();
    const cancel = clock.after(TIMEOUT, () => abort.abort(new Error(`no answer from ${this.endpoint} in time`)));
    try {
      const answer = await fetch(this.endpoint + path, { ...init, headers, signal: abort.signal });
      const body = new Uint8Array(await answer.arrayBuffer());
      if (answer.ok || answer.status === expected) return { status: answer.status, body };
      throw new GoogleFailure(answer.status, `${answer.status} from ${this.endpoint}${path}: ${reason(body)}`);
    } finally {
      cancel();
    }
  }
}

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

const objectPath = (bucket: string, name: string): string => `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;

/** The sentence in an error of Google's. */
function reason(body: Uint8Array): string {
  const text = Buffer.from(body).toString();
  try {
    return (JSON.parse(text) as { error: { message: string } }).error.message;
  } catch {
    return text.slice(0, 500);
  }
}
