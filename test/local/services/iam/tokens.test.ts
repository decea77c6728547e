import { createPublicKey, verify, type JsonWebKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { SignedTokens } from "../../../../local/services/iam/tokens";
import { HandClock } from "../../support/host";

const email = "proxy@acme-dev.iam.gserviceaccount.com";
const claimsOf = (token: string): { readonly [claim: string]: unknown } =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { readonly [claim: string]: unknown };

describe("an identity token", () => {
  test("has the claims of Google's, and a signature that the published key verifies", () => {
    const clock = new HandClock();
    const tokens = new SignedTokens(clock);
    const token = tokens.identity(email, "https://push.internal");
    const now = clock.now() / 1000;
    expect(claimsOf(token)).toMatchObject({
      iss: "https://accounts.google.com",
      aud: "https://push.internal",
      email,
      email_verified: true,
      sub: expect.stringMatching(/^\d{21}$/),
      iat: now,
      exp: now + 3600,
    });
    const [header = "", payload = "", signature = ""] = token.split(".");
    const [jwk] = tokens.jwks().keys as (JsonWebKey & { kid: string })[];
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({
      alg: "RS256",
      kid: jwk?.kid,
      typ: "JWT",
    });
    const key = createPublicKey({ key: jwk ?? {}, format: "jwk" });
    expect(verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"))).toBe(true);
  });

  test("is verified until it ends, and never again", () => {
    const clock = new HandClock();
    const tokens = new SignedTokens(clock);
    const token = tokens.identity(email, "a");
    expect(tokens.verify(token)).toEqual({ email, audience: "a" });
    clock.advance(3_599_000);
    expect(tokens.verify(token)).toEqual({ email, audience: "a" });
    clock.advance(1_000);
    expect(tokens.verify(token)).toBeUndefined();
  });

  test("is given again while it holds for five minutes more, each audience its own", () => {
    const clock = new HandClock();
    const tokens = new SignedTokens(clock);
    const token = tokens.identity(email, "a");
    expect(tokens.identity(email, "b")).not.toBe(token);
    clock.advance(3_299_000);
    expect(tokens.identity(email, "a")).toBe(token);
    clock.advance(2_000);
    expect(tokens.identity(email, "a")).not.toBe(token);
  });

  test("of another run, without a signature, or with other claims is none", () => {
    const clock = new HandClock();
    const tokens = new SignedTokens(clock);
    const [header, payload, signature] = tokens.identity(email, "a").split(".");
    const other = Buffer.from(JSON.stringify({ ...claimsOf(`.${payload}`), email: "root@x" })).toString("base64url");
    for (const forged of [
      new SignedTokens(clock).identity(email, "a"),
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${other}.${signature}`,
      "",
    ]) {
      expect(tokens.verify(forged)).toBeUndefined();
    }
  });
});
