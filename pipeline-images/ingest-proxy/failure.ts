/**
 * Why a request was not published: the status it is answered with, and a sentence for whoever sent it.
 * A failure is an answer, not a surprise: nothing but `server.ts` turns it into one.
 */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(
    readonly status: 400 | 404 | 405 | 411 | 413 | 415 | 429 | 503,
    message: string,
    /** Further headers: Retry-After in seconds, Allow. */
    readonly headers: { readonly [name: string]: string } = {},
  ) {
    super(message);
  }
}

/** Nothing is lost: the sender is asked to come again. */
export function tryAgain(message: string, seconds = 1): Failure {
  return new Failure(503, message, { "retry-after": String(seconds) });
}
