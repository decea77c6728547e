/** Calls of Google's REST APIs: an end of one's patience, a token, and the sentence of what went wrong. */
import type { AccessTokens } from "../../../runtime/access-token";
import type { Clock } from "../../../runtime/clock";

/** What Google answered instead of what was asked for. */
export class GoogleFailure extends Error {
  override readonly name = "GoogleFailure";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface RestOptions {
  readonly clock: Clock;
  /** None for a local server, which knows its callers by their door. */
  readonly tokens?: AccessTokens | undefined;
  /** @default Google's own */
  readonly endpoint?: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

export class Rest {
  constructor(
    private readonly options: RestOptions,
    private readonly endpoint: string,
    /** Milliseconds that an answer takes at most. */
    private readonly timeout: number,
  ) {}

  /** @throws GoogleFailure for a status that is neither good nor one of the expected. */
  async call(path: string, init: RequestInit = {}, ...expected: readonly number[]): Promise<Answer> {
    const abort = new AbortController();
    const late = (): void => abort.abort(new Error(`no answer from ${this.endpoint} in time`));
    const cancel = this.options.clock.after(this.timeout, late);
    try {
      const answer = await this.fetch(path, { ...init, signal: abort.signal });
      const body = new Uint8Array(await answer.arrayBuffer());
      if (answer.ok || expected.includes(answer.status)) return { status: answer.status, body };
      throw this.failure(path, answer.status, body);
    } finally {
      cancel();
    }
  }

  /**
   * An answer's body as it comes: each part of it within the time that an answer takes at most, however long all of it
   * is underway.
   * @throws GoogleFailure for a status that is not good
   */
  async *open(path: string, headers: { readonly [name: string]: string } = {}): AsyncGenerator<Uint8Array> {
    const abort = new AbortController();
    const inTime = async <T>(coming: () => Promise<T>): Promise<T> => {
      const late = (): void => abort.abort(new Error(`no answer from ${this.endpoint} in time`));
      const cancel = this.options.clock.after(this.timeout, late);
      return coming().finally(cancel);
    };
    try {
      const answer = await inTime(() => this.fetch(path, { headers, signal: abort.signal }));
      if (!answer.ok || answer.body === null) {
        throw this.failure(path, answer.status, new Uint8Array(await inTime(() => answer.arrayBuffer())));
      }
      const parts = answer.body[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await inTime(() => parts.next());
        if (done === true) return;
        yield value;
      }
    } finally {
      // Who stops in the middle wants no more of it.
      abort.abort();
    }
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const { tokens } = this.options;
    const headers = new Headers(init.headers);
    if (tokens) headers.set("authorization", `Bearer ${await tokens.token()}`);
    return fetch(this.endpoint + path, { ...init, headers });
  }

  private failure(path: string, status: number, body: Uint8Array): GoogleFailure {
    return new GoogleFailure(status, `${status} from ${this.endpoint}${path}: ${reason(body)}`);
  }
}

/** Whether asking again may help: it is too much at the moment, it is broken, or nobody knows what became of it. */
export const mayPass = (error: unknown): boolean =>
  !(error instanceof GoogleFailure) || error.status === 408 || error.status === 429 || error.status >= 500;

/** The sentence in an error of Google's. */
function reason(body: Uint8Array): string {
  const text = Buffer.from(body).toString();
  try {
    return (JSON.parse(text) as { error: { message: string } }).error.message;
  } catch {
    return text.slice(0, 500);
  }
}
