import { TerraformVariable, Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { ArtifactRegistry } from "../../../constructs/artifact-registry/artifact-registry";
import { GcpStack } from "../../../constructs/core/stack";
import { plainText } from "../../../constructs/core/uses";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { CryptoKey, type CryptoKeyProps } from "../../../constructs/kms/crypto-key";
import { DecryptionKey, type DecryptionKeyProps } from "../../../constructs/kms/decryption-key";
import { KeyRing } from "../../../constructs/kms/key-ring";
import { MacKey, type MacKeyProps } from "../../../constructs/kms/mac-key";
import { SigningKey, type SigningKeyProps } from "../../../constructs/kms/signing-key";
import { Topic } from "../../../constructs/pubsub/topic";
import { Secret } from "../../../constructs/secret-manager/secret";
import { Bucket } from "../../../constructs/storage/bucket";
import { expectRefused } from "../../../constructs/testing/expect";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, settings, templateOf } from "../support";
import { examples, ring } from "./examples";

const KEY = "google_kms_crypto_key";
const MEMBER = "google_kms_crypto_key_iam_member";

describe("a ring", () => {
  test("is where its stack is, and destroyed in no stage", () => {
    for (const removal of ["keep", "destroy"] as const) {
      expect(templateOf(examples.KeyRing.minimal, { removal }).resource("google_kms_key_ring.journey")).toEqual({
        name: "journey",
        location: "europe-west1",
        lifecycle: { prevent_destroy: true },
        depends_on: ["time_sleep.apis"],
      });
    }
  });

  test("of which all is said", () => {
    expect(templateOf(examples.KeyRing.maximal, { prefix: "alice" }).resource("google_kms_key_ring.journey")).toEqual({
      name: "alice-journey",
      location: "europe",
      timeouts: { create: "10m" },
      lifecycle: { prevent_destroy: true },
      depends_on: ["time_sleep.apis"],
    });
  });

  test("that is there already is named in full", () => {
    const stack = aStack();
    expect(KeyRing.fromName(stack, "ours", { name: "ring" })).toMatchObject({
      key: "ring",
      path: "projects/acme-dev/locations/europe-west1/keyRings/ring",
      location: "europe-west1",
    });
    expect(KeyRing.fromName(stack, "theirs", { name: "ring", project: "acme-keys", location: "us" })).toMatchObject({
      key: "acme-keys-ring",
      fullName: "projects/acme-keys/locations/us/keyRings/ring",
      location: "us",
    });
    expect(messageOf(() => KeyRing.fromName(stack, "bad", { name: "a.b" }))).toContain(
      'name is "a.b": Cloud KMS takes 1 to 63 letters, digits, "_" and "-"',
    );
  });

  test("in no place says so", () => {
    expect(messageOf(() => new KeyRing(aStack(), "ring", { location: "EU" }))).toContain(
      'location is "EU": Cloud KMS has regions such as "europe-west1", areas such as "europe", and "global"',
    );
  });
});

describe("a key that encrypts", () => {
  test("is rotated every 90 days, and destroyed in no stage", () => {
    for (const removal of ["keep", "destroy"] as const) {
      expect(templateOf(examples.CryptoKey.minimal, { removal }).resource(`${KEY}.events`)).toEqual({
        name: "events",
        key_ring: "${google_kms_key_ring.ring.id}",
        purpose: "ENCRYPT_DECRYPT",
        rotation_period: "7776000s",
        lifecycle: { prevent_destroy: true },
        depends_on: ["time_sleep.apis"],
      });
    }
  });

  test("of which all is said", () => {
    expect(templateOf(examples.CryptoKey.maximal, { prefix: "alice" }).resource(`${KEY}.own`)).toEqual({
      name: "alice-own",
      key_ring: "projects/acme-keys/locations/europe-west1/keyRings/ring",
      purpose: "ENCRYPT_DECRYPT",
      rotation_period: "2592000s",
      version_template: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", protection_level: "HSM" },
      destroy_scheduled_duration: "604800s",
      labels: { team: "growth" },
      timeouts: { create: "10m" },
      depends_on: ["time_sleep.apis"],
    });
  });

  test("may be left as it is, or have only versions that come from elsewhere", () => {
    const template = templateOf((stack) => {
      new CryptoKey(stack, "still", { ring: ring(stack), rotation: "never" });
      new CryptoKey(stack, "brought", { ring: KeyRing.fromName(stack, "r", { name: "r" }), importOnly: true });
      new CryptoKey(stack, "soft", { ring: KeyRing.fromName(stack, "s", { name: "s" }), protection: "software" });
    });
    expect(template.resource(`${KEY}.still`)).not.toHaveProperty("rotation_period");
    expect(template.resource(`${KEY}.still`)).not.toHaveProperty("import_only");
    expect(template.resource(`${KEY}.brought`)).not.toHaveProperty("rotation_period");
    expect(template.resource(`${KEY}.brought`)).toMatchObject({
      import_only: true,
      skip_initial_version_creation: true,
    });
    expect(template.resource(`${KEY}.soft`)).toMatchObject({ version_template: { protection_level: "SOFTWARE" } });
  });

  test("gives each of its rights on the key alone", () => {
    const template = templateOf((stack) => {
      const key = new CryptoKey(stack, "events", { ring: ring(stack) });
      const worker = new ServiceAccount(stack, "worker");
      key.grantUse(worker);
      key.grantEncrypt(worker);
      key.grantDecrypt(worker);
    });
    const on = { crypto_key_id: "${google_kms_crypto_key.events.id}" };
    expect(template.allResources(MEMBER)).toMatchObject({
      "events-cloudkms-cryptoKeyDecrypter-worker": { ...on, role: "roles/cloudkms.cryptoKeyDecrypter" },
      "events-cloudkms-cryptoKeyEncrypter-worker": { ...on, role: "roles/cloudkms.cryptoKeyEncrypter" },
      "events-cloudkms-cryptoKeyEncrypterDecrypter-worker": {
        ...on,
        role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        lifecycle: { replace_triggered_by: ["google_kms_crypto_key.events.id"] },
      },
    });
  });

  test("encrypts what it is given to, once the service's agent may use it", () => {
    const template = templateOf((stack) => {
      new Topic(stack, "clicks", { encryptionKey: new CryptoKey(stack, "events", { ring: ring(stack) }) });
    });
    expect(template.resource("google_pubsub_topic.clicks")).toMatchObject({
      kms_key_name: "${google_kms_crypto_key.events.id}",
      depends_on: ["time_sleep.apis", "time_sleep.encryption-events-by-pubsub"],
    });
    expect(template.resource("time_sleep.encryption-events-by-pubsub")).toMatchObject({
      depends_on: [`${MEMBER}.events-cloudkms-cryptoKeyEncrypterDecrypter-pubsub-agent`],
    });
  });

  test("of another stack is named in plain text, and its rights are this stack's", () => {
    const app = Testing.app();
    const keys = new GcpStack(app, "keys", { ...settings, project: "acme-keys" });
    const key = new CryptoKey(keys, "events", { ring: ring(keys) });
    const stack = new GcpStack(app, "data", settings);
    new Topic(stack, "clicks", { encryptionKey: key });
    const template = Template.fromStack(stack);
    const keyId = "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/events";
    expect(key).toMatchObject({ fullName: keyId, location: "europe-west1", key: "events" });
    expect(template.resource("google_pubsub_topic.clicks")["kms_key_name"]).toBe(keyId);
    expect(template.allResources(MEMBER, { crypto_key_id: keyId })).not.toEqual({});
    expect(stack.dependencies.map(({ node }) => node.id)).toEqual(["keys"]);
  });

  test("that is there already is given by its id", () => {
    const keyId = "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own";
    const template = templateOf((stack) => {
      const key = CryptoKey.fromId(stack, "own", { keyId });
      expect(key).toMatchObject({ keyId, fullName: keyId, key: "own", location: "europe-west1" });
      new Topic(stack, "clicks", { encryptionKey: key });
      const assumed = CryptoKey.fromId(stack, "other", { keyId: keyId.replace("own", "other"), grants: "assume" });
      new Topic(stack, "orders", { encryptionKey: assumed });
    });
    expect(template.allResources(KEY)).toEqual({});
    expect(Object.keys(template.allResources(MEMBER))).toEqual([
      "own-cloudkms-cryptoKeyEncrypterDecrypter-pubsub-agent",
    ]);
    expect(template.journey["assumed"]).toMatchObject([{ on: { cryptoKeyId: keyId.replace("own", "other") } }]);
    expect(CryptoKey.fromId(aStack(), "own", { keyId }).node.id).toBe("own");
    expectRefused(() => CryptoKey.fromId(aStack(), "bad", { keyId: "own" }), "keyId-form");
    expect(messageOf(() => CryptoKey.fromId(aStack(), "bad", { keyId: `${keyId}/cryptoKeyVersions/1` }))).toContain(
      `keyId is "${keyId}/cryptoKeyVersions/1": write projects/P/locations/L/keyRings/R/cryptoKeys/K, of the key and not of one of its versions`,
    );
  });

  test.each<[Partial<CryptoKeyProps>, string]>([
    [{ name: "a.b" }, 'name is "a.b": Cloud KMS takes 1 to 63 letters, digits, "_" and "-"'],
    [{ rotation: "1h" }, 'rotation is "1h": Cloud KMS takes 1d to 36500d'],
    [{ destroyDelay: "1h" }, 'destroyDelay is "1h": Cloud KMS takes 1d to 120d'],
    [
      { rotation: "90d", importOnly: true },
      'rotation is "90d" and importOnly is true: nothing makes the new versions. Leave rotation away',
    ],
  ])("with %j is not valid", (props, says) => {
    const stack = aStack();
    expect(messageOf(() => new CryptoKey(stack, "key", { ring: ring(stack), ...props }))).toContain(says);
  });

  test("that is never rotated may have versions from elsewhere", () => {
    const stack = aStack();
    const key = { ring: ring(stack), rotation: "never", importOnly: true } as const;
    expect(() => new CryptoKey(stack, "key", key)).not.toThrow();
    expect(() => new CryptoKey(stack, "other", { ring: key.ring, rotation: "1d", importOnly: false })).not.toThrow();
  });
});

const far = (stack: GcpStack, location: string): CryptoKey =>
  new CryptoKey(stack, `key-${location}`, { ring: new KeyRing(stack, `ring-${location}`, { location }) });

describe("a key and what it encrypts", () => {
  test.each<[string, (stack: GcpStack) => unknown, string]>([
    [
      "a bucket in the EU",
      (stack) => new Bucket(stack, "files", { location: "EU", encryptionKey: far(stack, "europe-west1") }),
      "test/files: it lies in EU and its key in europe-west1: what is encrypted needs a key where it is. Give it encryptionKey, one in europe [encryptionKey-place]",
    ],
    [
      "images in the stack's region",
      (stack) => new ArtifactRegistry(stack, "images", { encryptionKey: far(stack, "us-central1") }),
      "test/images: it lies in europe-west1 and its key in us-central1",
    ],
  ])("are in one place: %s", (_, build, says) => {
    const stack = aStack();
    build(stack);
    expect(messageOf(() => Template.fromStack(stack))).toContain(says);
  });

  test("are in one place: a secret's copies", () => {
    const stack = aStack();
    expect(messageOf(() => new Secret(stack, "key", { encryptionKey: far(stack, "us-central1") }))).toContain(
      "a copy is kept in europe-west1 and its key in us-central1",
    );
  });

  test("may be in one area, and a topic is in none", () => {
    expect(() =>
      templateOf((stack) => {
        new Bucket(stack, "files", { location: "EU", encryptionKey: far(stack, "europe") });
        new ArtifactRegistry(stack, "images", { encryptionKey: far(stack, "europe-west1") });
        new Topic(stack, "clicks", { encryptionKey: far(stack, "us-central1") });
      }),
    ).not.toThrow();
  });
});

describe("a key that signs", () => {
  test("is half of a pair and not rotated", () => {
    expect(templateOf(examples.SigningKey.minimal).resource(`${KEY}.receipts`)).toEqual({
      name: "receipts",
      key_ring: "${google_kms_key_ring.ring.id}",
      purpose: "ASYMMETRIC_SIGN",
      version_template: { algorithm: "EC_SIGN_P256_SHA256" },
      lifecycle: { prevent_destroy: true },
      depends_on: ["time_sleep.apis"],
    });
  });

  test("of which all is said", () => {
    expect(templateOf(examples.SigningKey.maximal).resource(`${KEY}.own`)).toEqual({
      name: "own",
      key_ring: "projects/acme-keys/locations/europe-west1/keyRings/ring",
      purpose: "ASYMMETRIC_SIGN",
      version_template: { algorithm: "EC_SIGN_SECP256K1_SHA256", protection_level: "HSM" },
      destroy_scheduled_duration: "604800s",
      import_only: true,
      skip_initial_version_creation: true,
      labels: { team: "growth" },
      timeouts: { create: "10m" },
      depends_on: ["time_sleep.apis"],
    });
  });

  test("lets sign, and lets check by its public half", () => {
    const stack = aStack();
    const key = new SigningKey(stack, "receipts", { ring: ring(stack) });
    const worker = new ServiceAccount(stack, "worker");
    key.grantSign(worker);
    key.grantVerify(worker);
    expect(Object.keys(Template.fromStack(stack).allResources(MEMBER))).toEqual([
      "receipts-cloudkms-publicKeyViewer-worker",
      "receipts-cloudkms-signer-worker",
    ]);
    expect(key).toMatchObject({ location: "europe-west1", key: "receipts" });
    expect(plainText(key.keyId, stack)).toBe("${google_kms_crypto_key.receipts.id}");
    expect(key.fullName).toBe("projects/acme-dev/locations/europe-west1/keyRings/ring/cryptoKeys/receipts");
  });

  test("by a curve that only machines for keys have is in one", () => {
    const stack = aStack();
    const key = { ring: ring(stack), algorithm: "ec-secp256k1-sha256" } as const;
    expect(messageOf(() => new SigningKey(stack, "key", key))).toContain(
      'algorithm is "ec-secp256k1-sha256", which only machines for keys sign with: give protection: "hsm"',
    );
    expect(() => new SigningKey(stack, "other", { ring: key.ring, algorithm: "ec-ed25519" })).not.toThrow();
  });
});

describe("a key that signs and checks", () => {
  test("is one for both sides", () => {
    expect(templateOf(examples.MacKey.minimal).resource(`${KEY}.webhooks`)).toMatchObject({
      purpose: "MAC",
      version_template: { algorithm: "HMAC_SHA256" },
    });
    expect(templateOf(examples.MacKey.maximal).resource(`${KEY}.own`)).toMatchObject({
      purpose: "MAC",
      version_template: { algorithm: "HMAC_SHA512", protection_level: "HSM" },
    });
  });

  test("lets sign, and lets have checked", () => {
    const stack = aStack();
    const key = new MacKey(stack, "webhooks", { ring: ring(stack) });
    const worker = new ServiceAccount(stack, "worker");
    key.grantSign(worker);
    key.grantVerify(worker);
    expect(Object.keys(Template.fromStack(stack).allResources(MEMBER))).toEqual([
      "webhooks-cloudkms-signer-worker",
      "webhooks-cloudkms-verifier-worker",
    ]);
    expect(key).toMatchObject({ location: "europe-west1", key: "webhooks" });
    expect(plainText(key.keyId, stack)).toBe("${google_kms_crypto_key.webhooks.id}");
    expect(key.fullName).toBe("projects/acme-dev/locations/europe-west1/keyRings/ring/cryptoKeys/webhooks");
  });
});

describe("a key that decrypts what comes from outside", () => {
  test("is half of a pair", () => {
    expect(templateOf(examples.DecryptionKey.minimal).resource(`${KEY}.uploads`)).toMatchObject({
      purpose: "ASYMMETRIC_DECRYPT",
      version_template: { algorithm: "RSA_DECRYPT_OAEP_3072_SHA256" },
    });
    expect(templateOf(examples.DecryptionKey.maximal).resource(`${KEY}.own`)).toMatchObject({
      purpose: "ASYMMETRIC_DECRYPT",
      version_template: { algorithm: "RSA_DECRYPT_OAEP_4096_SHA512", protection_level: "HSM" },
    });
  });

  test("lets decrypt, and lets encrypt by its public half", () => {
    const stack = aStack();
    const key = new DecryptionKey(stack, "uploads", { ring: ring(stack) });
    const worker = new ServiceAccount(stack, "worker");
    key.grantDecrypt(worker);
    key.grantEncrypt(worker);
    expect(Object.keys(Template.fromStack(stack).allResources(MEMBER))).toEqual([
      "uploads-cloudkms-cryptoKeyDecrypter-worker",
      "uploads-cloudkms-publicKeyViewer-worker",
    ]);
    expect(key).toMatchObject({ location: "europe-west1", key: "uploads" });
    expect(plainText(key.keyId, stack)).toBe("${google_kms_crypto_key.uploads.id}");
    expect(key.fullName).toBe("projects/acme-dev/locations/europe-west1/keyRings/ring/cryptoKeys/uploads");
  });
});

const mistaken = (stack: GcpStack, key: SigningKey): Topic =>
  // @ts-expect-error -- its purpose is another, and Pub/Sub would refuse it
  new Topic(stack, "clicks", { encryptionKey: key });

test.each<[NonNullable<SigningKeyProps["algorithm"]>, string]>([
  ["ec-p256-sha256", "EC_SIGN_P256_SHA256"],
  ["ec-p384-sha384", "EC_SIGN_P384_SHA384"],
  ["ec-secp256k1-sha256", "EC_SIGN_SECP256K1_SHA256"],
  ["ec-ed25519", "EC_SIGN_ED25519"],
  ["rsa-pss-2048-sha256", "RSA_SIGN_PSS_2048_SHA256"],
  ["rsa-pss-3072-sha256", "RSA_SIGN_PSS_3072_SHA256"],
  ["rsa-pss-4096-sha256", "RSA_SIGN_PSS_4096_SHA256"],
  ["rsa-pss-4096-sha512", "RSA_SIGN_PSS_4096_SHA512"],
  ["rsa-pkcs1-2048-sha256", "RSA_SIGN_PKCS1_2048_SHA256"],
  ["rsa-pkcs1-3072-sha256", "RSA_SIGN_PKCS1_3072_SHA256"],
  ["rsa-pkcs1-4096-sha256", "RSA_SIGN_PKCS1_4096_SHA256"],
  ["rsa-pkcs1-4096-sha512", "RSA_SIGN_PKCS1_4096_SHA512"],
])("to sign with %s is %s to Google", (algorithm, name) => {
  const template = templateOf((stack) => {
    new SigningKey(stack, "key", { ring: ring(stack), protection: "hsm", algorithm });
  });
  expect(template.resource(`${KEY}.key`)["version_template"]).toEqual({ algorithm: name, protection_level: "HSM" });
});

test.each<[NonNullable<MacKeyProps["algorithm"]>, string]>([
  ["hmac-sha1", "HMAC_SHA1"],
  ["hmac-sha224", "HMAC_SHA224"],
  ["hmac-sha256", "HMAC_SHA256"],
  ["hmac-sha384", "HMAC_SHA384"],
  ["hmac-sha512", "HMAC_SHA512"],
])("to sign and check with %s is %s to Google", (algorithm, name) => {
  const template = templateOf((stack) => new MacKey(stack, "key", { ring: ring(stack), algorithm }));
  expect(template.resource(`${KEY}.key`)["version_template"]).toEqual({ algorithm: name });
});

test.each<[NonNullable<DecryptionKeyProps["algorithm"]>, string]>([
  ["rsa-oaep-2048-sha256", "RSA_DECRYPT_OAEP_2048_SHA256"],
  ["rsa-oaep-3072-sha256", "RSA_DECRYPT_OAEP_3072_SHA256"],
  ["rsa-oaep-4096-sha256", "RSA_DECRYPT_OAEP_4096_SHA256"],
  ["rsa-oaep-4096-sha512", "RSA_DECRYPT_OAEP_4096_SHA512"],
])("to decrypt with %s is %s to Google", (algorithm, name) => {
  const template = templateOf((stack) => new DecryptionKey(stack, "key", { ring: ring(stack), algorithm }));
  expect(template.resource(`${KEY}.key`)["version_template"]).toEqual({ algorithm: name });
});

test("what is known only at apply is not looked at, but for lengths of time", () => {
  const stack = aStack();
  const later = new TerraformVariable(stack, "later", {}).stringValue;
  const of = { ring: ring(stack) };
  const passes: (() => unknown)[] = [
    () => new KeyRing(stack, "a", { name: later, location: later }),
    () => new CryptoKey(stack, "b", { ...of, name: later }),
    () => new CryptoKey(stack, "c", { ...of, labels: { team: later } }),
    () => new SigningKey(stack, "d", { ...of, algorithm: "ec-secp256k1-sha256", protection: later as "hsm" }),
  ];
  for (const pass of passes) expect(pass).not.toThrow();
  const time = later as "30d";
  expect(messageOf(() => new CryptoKey(stack, "e", { ...of, rotation: time }))).toContain(
    "rotation is known only when",
  );
  expect(messageOf(() => new CryptoKey(stack, "f", { ...of, destroyDelay: time }))).toContain("destroyDelay is known");
});

test("a key that signs encrypts nothing", () => {
  expect(mistaken).toBeTypeOf("function");
});
