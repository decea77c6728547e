/**
 * A certificate for names that belong to others, made when it is asked for and trusted by whoever is told to: an ECDSA
 * key on P-256, as Google's servers have. node:crypto signs, and the few fields around it are written here.
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface Certificate {
  /** PEM, both. */
  readonly key: string;
  readonly certificate: string;
}

const DAY = 24 * 3_600_000;

/** Tags of DER. */
const INTEGER = 0x02;
const BITS = 0x03;
const OCTETS = 0x04;
const UTF8 = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
/** A field by its number: of a certificate its version and extensions, of a subject's other names a host. */
const VERSION = 0xa0;
const HOST = 0x82;
const EXTENSIONS = 0xa3;

const COMMON_NAME = Buffer.from("0603550403", "hex");
const OTHER_NAMES = Buffer.from("0603551d11", "hex");
const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");

/** Signed by its own key, for a day before now and one after. */
export function certificateFor(hosts: readonly string[], now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, text("bench")))));
  const otherNames = der(SEQUENCE, ...hosts.map((host) => der(HOST, text(host))));
  const content = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.of(2))),
    // Positive, and not begun by a zero.
    der(INTEGER, Buffer.of(1), randomBytes(8)),
    algorithm,
    name,
    der(SEQUENCE, utcTime(now - DAY), utcTime(now + DAY)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(EXTENSIONS, der(SEQUENCE, der(SEQUENCE, OTHER_NAMES, der(OCTETS, otherNames)))),
  );
  const whole = der(SEQUENCE, content, algorithm, der(BITS, Buffer.of(0), sign("sha256", content, privateKey)));
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }) as string, certificate: pem(whole) };
}

const text = (value: string): Buffer => Buffer.from(value);

const utcTime = (time: number): Buffer =>
  der(UTC_TIME, text(`${new Date(time).toISOString().replaceAll(/[-:T]/g, "").slice(2, 14)}Z`));

/** A value, with its tag and its length. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  if (length < 128) return Buffer.concat([Buffer.of(tag, length), value]);
  const header = length < 256 ? Buffer.of(tag, 0x81, length) : Buffer.of(tag, 0x82, length >> 8, length & 255);
  return Buffer.concat([header, value]);
}

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
