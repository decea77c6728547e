import * as fc from "fast-check";
import type { Construct } from "constructs";
import type { KeyProps } from "../../../constructs/kms/any-key";
import { CryptoKey, type CryptoKeyProps } from "../../../constructs/kms/crypto-key";
import { DecryptionKey, type DecryptionKeyProps } from "../../../constructs/kms/decryption-key";
import { KeyRing, type KeyRingProps } from "../../../constructs/kms/key-ring";
import { MacKey, type MacKeyProps } from "../../../constructs/kms/mac-key";
import { SigningKey, type SigningKeyProps } from "../../../constructs/kms/signing-key";
import type { Examples } from "../examples";
import { duration, labels, maybe } from "../support";

export const ring = (scope: Construct): KeyRing => new KeyRing(scope, "ring");

const common = {
  protection: maybe(fc.constantFrom("software", "hsm")),
  destroyDelay: maybe(duration("1d", "120d")),
  destroyable: maybe(fc.boolean()),
  labels: maybe(labels),
};

const badNames = ["", "a b", "a.b", "a/b", "x".repeat(64)];

/** What breaks the rules that keys of all kinds have. */
const keyFaults = (build: (stack: Construct, props: Partial<KeyProps>) => unknown) => ({
  "name-form": badNames.map((name) => (stack: Construct) => build(stack, { name })),
  "labels-form": [(stack: Construct) => build(stack, { labels: { Team: "growth" } })],
  "destroyDelay-range": (["23h", "121d", "86400.5s"] as const).map(
    (destroyDelay) => (stack: Construct) => build(stack, { destroyDelay }),
  ),
});

const all = (stack: Construct) => ({
  name: "own",
  ring: KeyRing.fromName(stack, "ring", { name: "ring", project: "acme-keys" }),
  protection: "hsm" as const,
  destroyDelay: "7d" as const,
  importOnly: true,
  destroyable: true,
  labels: { team: "growth" },
  overrides: { timeouts: { create: "10m" } },
});

const cryptoKey = (props: Partial<CryptoKeyProps>) => (stack: Construct) =>
  new CryptoKey(stack, "key", { ring: ring(stack), ...props });

export const examples = {
  KeyRing: {
    minimal: (stack) => new KeyRing(stack, "journey"),
    maximal: (stack) => {
      const props: Required<KeyRingProps> = {
        name: "journey",
        location: "europe",
        overrides: { timeouts: { create: "10m" } },
      };
      return new KeyRing(stack, "ring", props);
    },
    random: fc
      .record({ location: maybe(fc.constantFrom("europe-west1", "us", "global", "eur4", "nam-eur-asia1")) })
      .map((props) => (scope, name) => new KeyRing(scope, name, props)),
    faults: {
      "name-form": badNames.map((name) => (stack) => new KeyRing(stack, "ring", { name })),
      "location-form": ["", "EU", "europe-west1-b", "europe west1"].map(
        (location) => (stack) => new KeyRing(stack, "ring", { location }),
      ),
    },
  },
  CryptoKey: {
    minimal: (stack) => new CryptoKey(stack, "events", { ring: ring(stack) }),
    maximal: (stack) => {
      const props: Required<CryptoKeyProps> = { ...all(stack), importOnly: false, rotation: "30d" };
      return new CryptoKey(stack, "key", props);
    },
    random: fc
      .record({
        ...common,
        rotation: maybe(fc.oneof(fc.constant("never" as const), duration("1d", "36500d"))),
      })
      .map((props) => (scope, name) => new CryptoKey(scope, name, { ...props, ring: new KeyRing(scope, `${name}-r`) })),
    faults: {
      ...keyFaults((stack, props) => cryptoKey(props)(stack)),
      "rotation-range": (["23h", "36501d", "90000.5s"] as const).map((rotation) => cryptoKey({ rotation })),
      "rotation-import": [cryptoKey({ rotation: "90d", importOnly: true })],
    },
  },
  SigningKey: {
    minimal: (stack) => new SigningKey(stack, "receipts", { ring: ring(stack) }),
    maximal: (stack) => {
      const props: Required<SigningKeyProps> = { ...all(stack), algorithm: "ec-secp256k1-sha256" };
      return new SigningKey(stack, "key", props);
    },
    random: fc
      .record({ ...common, algorithm: maybe(fc.constantFrom("ec-p384-sha384", "rsa-pss-3072-sha256", "ec-ed25519")) })
      .map(
        (props) => (scope, name) => new SigningKey(scope, name, { ...props, ring: new KeyRing(scope, `${name}-r`) }),
      ),
    faults: {
      ...keyFaults((stack, props) => new SigningKey(stack, "key", { ring: ring(stack), ...props })),
      "algorithm-protection": ([undefined, "software"] as const).map(
        (protection) => (stack) =>
          new SigningKey(stack, "key", { ring: ring(stack), algorithm: "ec-secp256k1-sha256", protection }),
      ),
    },
  },
  MacKey: {
    minimal: (stack) => new MacKey(stack, "webhooks", { ring: ring(stack) }),
    maximal: (stack) => {
      const props: Required<MacKeyProps> = { ...all(stack), algorithm: "hmac-sha512" };
      return new MacKey(stack, "key", props);
    },
    random: fc
      .record({ ...common, algorithm: maybe(fc.constantFrom("hmac-sha256", "hmac-sha384")) })
      .map((props) => (scope, name) => new MacKey(scope, name, { ...props, ring: new KeyRing(scope, `${name}-r`) })),
    faults: keyFaults((stack, props) => new MacKey(stack, "key", { ring: ring(stack), ...props })),
  },
  DecryptionKey: {
    minimal: (stack) => new DecryptionKey(stack, "uploads", { ring: ring(stack) }),
    maximal: (stack) => {
      const props: Required<DecryptionKeyProps> = { ...all(stack), algorithm: "rsa-oaep-4096-sha512" };
      return new DecryptionKey(stack, "key", props);
    },
    random: fc
      .record({ ...common, algorithm: maybe(fc.constantFrom("rsa-oaep-2048-sha256", "rsa-oaep-4096-sha256")) })
      .map(
        (props) => (scope, name) => new DecryptionKey(scope, name, { ...props, ring: new KeyRing(scope, `${name}-r`) }),
      ),
    faults: keyFaults((stack, props) => new DecryptionKey(stack, "key", { ring: ring(stack), ...props })),
  },
} satisfies Examples;
