import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from "node:crypto";
import { owner } from "../../access/members";
import type { Caller, Clock, Tokens } from "../../service";
import { accountNumber } from "../../stack/computed";

const issuer = "https://accounts.google.com";
/** Seconds that Google's tokens hold. */
const lifetime = 3600;
/** A kept token is given out until this many seconds before its end, as Google's metadata server does. */
const margin = 300;

interface Claims {
  readonly aud: string;
  readonly email: string;
  readonly exp: number;
}

/** Identity tokens of this run, RS256 as Google's are, by a key that no other run has. */
export class SignedTokens implements Tokens {
  private made: { readonly key: KeyObject; readonly publicKey: KeyObject; readonly id: string } | undefined;
  private readonly kept = new Map<string, { readonly token: string; readonly end: number }>();
  private readonly verified = new Map<string, Claims>();

  constructor(private readonly clock: Clock) {}

  identity(email: string, audience: string): string {
    const now = this.seconds();
    const name = `${email} ${audience}`;
    const there = this.kept.get(name);
    if (there !== undefined && there.end - margin > now) return there.token;
    const end = now + lifetime;
    const sub = accountNumber(email);
    const claims = { iss: issuer, aud: audience, azp: sub, sub, email, email_verified: true, iat: now, exp: end };
    const { key, id } = this.keys();
    const signed = `${encode({ alg: "RS256", kid: id, typ: "JWT" })}.${encode(claims)}`;
    const token = `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
    this.kept.set(name, { token, end });
    return token;
  }

  verify(token: string): { readonly email: string; readonly audience: string } | undefined {
    const claims = this.verified.get(token) ?? this.read(token);
    if (claims === undefined) return undefined;
    if (claims.exp <= this.seconds()) {
      this.verified.delete(token);
      return undefined;
    }
    this.verified.set(token, claims);
    return { email: claims.email, audience: claims.aud };
  }

  /** The public key, as https://www.googleapis.com/oauth2/v3/certs gives Google's. */
  jwks(): { readonly keys: readonly object[] } {
    const { publicKey, id } = this.keys();
    return { keys: [{ ...publicKey.export({ format: "jwk" }), alg: "RS256", use: "sig", kid: id }] };
  }

  private read(token: string): Claims | undefined {
    const [header, payload, signature] = token.split(".");
    if (header === undefined || payload === undefined || signature === undefined) return undefined;
    const { publicKey } = this.keys();
    if (!verify("sha256", Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, "base64url"))) {
      return undefined;
    }
    // What is signed here was written here.
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Claims;
  }

  /** Made when it is first asked for: a key costs a tenth of a second, and not every run signs. */
  private keys(): { readonly key: KeyObject; readonly publicKey: KeyObject; readonly id: string } {
    if (this.made === undefined) {
      const { privateKey } = generateKeyPairSync("rsa", {
        modulusLength: 2048,
        privateKeyEncoding: { type: "pkcs8", format: "pem" },
        publicKeyEncoding: { type: "spki", format: "pem" },
      });
      const key = createPrivateKey(privateKey);
      this.made = { key, publicKey: createPublicKey(key), id: "local" };
    }
    return this.made;
  }

  private seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

/** The e-mail that stands in a caller's tokens. */
export function emailOf(caller: Caller): string {
  return caller.member.slice(caller.member.indexOf(":") + 1);
}

/** Whose token has this e-mail. */
export function callerOf(email: string): Caller {
  return email === emailOf(owner) ? owner : { member: `serviceAccount:${email}` };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
