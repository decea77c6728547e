/** Who pushes, by the token of the request. */

export interface Expected {
  readonly audience: string | undefined;
  readonly pusher: string | undefined;
}

/**
 * Why a request is not Pub/Sub's; undefined where it is. The token's signature is not looked at: Cloud Run has checked
 * it, and takes it away before the request arrives here.
 * @see https://cloud.google.com/run/docs/securing/service-identity
 */
export function whyRefused(authorization: string | undefined, { audience, pusher }: Expected): string | undefined {
  if (audience === undefined && pusher === undefined) return undefined;
  const claims = claimsOf(authorization);
  if (claims === undefined) return "there is no identity token in its Authorization header";
  if (audience !== undefined && claims["aud"] !== audience)
    return `its token is for ${shown(claims["aud"])}, not for ${audience}`;
  if (pusher !== undefined && claims["email"] !== pusher)
    return `its token is of ${shown(claims["email"])}, not of ${pusher}`;
  return undefined;
}

function claimsOf(authorization: string | undefined): { readonly [claim: string]: unknown } | undefined {
  const [, payload] = /^Bearer [^.]+\.([^.]+)\./i.exec(authorization ?? "") ?? [];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    return typeof claims === "object" && claims !== null ? (claims as { [claim: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}

const shown = (claim: unknown): string => (typeof claim === "string" ? claim : "nobody");
