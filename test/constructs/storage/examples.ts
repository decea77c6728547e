import { mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { BucketFolder, type BucketFolderProps } from "../../../constructs/storage/bucket-folder";
import { BucketNotification, type BucketNotificationProps } from "../../../constructs/storage/bucket-notification";
import { BucketObject, type BucketObjectProps } from "../../../constructs/storage/bucket-object";
import type { BucketProps } from "../../../constructs/storage/bucket-props";
import type { LifecycleRule } from "../../../constructs/storage/lifecycle";
import { keyOf } from "../../../constructs/core/encryption";
import type { GcpStack } from "../../../constructs/core/stack";
import type { Duration } from "../../../pipeline/duration";
import type { Examples } from "../examples";
import { anEncryptionKey, duration, labels, maybe } from "../support";

/** A folder of text and bytes beside this file. */
export const files = join(__dirname, "files");

const day = fc.integer({ min: 0, max: 36_500 }).map((days): Duration => `${days}d`);
const date = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
  .map((time) => time.toISOString().slice(0, 10));
const storageClass = fc.constantFrom("standard", "nearline", "coldline", "archive");
const affixes = fc.array(fc.stringMatching(/^[a-z/]{1,20}$/), { minLength: 1, maxLength: 5 });
const times = { age: day, createdBefore: maybe(date), prefixes: maybe(affixes), suffixes: maybe(affixes) };

const lifecycle: fc.Arbitrary<LifecycleRule> = fc.oneof(
  fc.record({ action: fc.constant("abort-uploads" as const), when: fc.record({ age: day, prefixes: maybe(affixes) }) }),
  fc.record({ action: fc.constant({ class: "archive" } as const), when: fc.record(times) }),
  fc.record({
    action: fc.constant("delete" as const),
    when: fc.record({
      ...times,
      classes: maybe(fc.uniqueArray(storageClass, { minLength: 1 })),
      versions: maybe(fc.constantFrom("live", "noncurrent", "any")),
      newerVersions: maybe(fc.integer({ min: 1, max: 100 })),
      noncurrentFor: maybe(day),
      noncurrentBefore: maybe(date),
      customTimeAge: maybe(day),
      customTimeBefore: maybe(date),
    }),
  }),
);

const bucket =
  (props: BucketProps) =>
  (stack: GcpStack): Bucket =>
    new Bucket(stack, "files", props);

const rule = (wrong: LifecycleRule): ((stack: GcpStack) => Bucket) => bucket({ lifecycle: [wrong], versioning: true });

function temporary(name: string, bytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), "data-journey-examples-"));
  writeFileSync(join(folder, name), "");
  truncateSync(join(folder, name), bytes);
  return folder;
}

export const examples = {
  Bucket: {
    minimal: (stack) => new Bucket(stack, "files"),
    maximal: (stack) => {
      const all: Required<BucketProps> = {
        name: "files",
        location: { area: "EU", regions: ["europe-west1", "europe-west4"], turbo: true },
        storageClass: "nearline",
        lifecycle: [
          { action: { class: "archive" }, when: { age: "365d" } },
          { action: "abort-uploads", when: { age: "7d" } },
        ],
        softDelete: "30d",
        versioning: true,
        retention: { period: "90d", locked: true },
        objectRetention: true,
        eventBasedHold: true,
        publicAccess: "possible",
        cors: [{ origins: ["https://example.com"], methods: ["GET"], responseHeaders: ["ETag"], maxAge: "1h" }],
        logging: { bucket: new Bucket(stack, "logs"), prefix: "files" },
        requesterPays: true,
        hierarchicalNamespace: false,
        encryptionKey: keyOf(stack, "projects/k/locations/europe/keyRings/r/cryptoKeys/own"),
        labels: { team: "growth" },
        overrides: { website: { mainPageSuffix: "index.html" } },
      };
      return new Bucket(stack, "bucket", all);
    },
    random: fc
      .record({
        location: maybe(fc.constantFrom("europe-west4", "EU", "EUR4", "us-central1")),
        storageClass: maybe(fc.constantFrom("standard", "nearline", "coldline")),
        lifecycle: maybe(fc.array(lifecycle, { maxLength: 5 })),
        softDelete: maybe(fc.oneof(fc.constant("off" as const), duration("7d", "90d"))),
        versioning: fc.boolean(),
        retention: maybe(fc.record({ period: duration("1s", "24855d"), locked: maybe(fc.boolean()) })),
        objectRetention: maybe(fc.boolean()),
        eventBasedHold: maybe(fc.boolean()),
        publicAccess: maybe(fc.constantFrom("prevented", "possible")),
        cors: maybe(
          fc.array(
            fc.record({
              origins: fc.constantFrom(["*"], ["https://a.example", "http://localhost:8080"]),
              methods: fc.constantFrom(["*"] as const, ["GET", "HEAD"] as const),
              maxAge: maybe(duration("0s", "1d")),
            }),
          ),
        ),
        requesterPays: maybe(fc.boolean()),
        labels: maybe(labels),
      })
      .map((props) => (scope, name) => new Bucket(scope, name, props)),
    faults: {
      "name-form": ["Files", "x".repeat(60), "google-files", "my-g-google", "files-"].map((name) => bucket({ name })),
      "location-form": [
        bucket({ location: "Europe" }),
        bucket({ location: { area: "EU", regions: ["europe-west1", "europe-west1"] } }),
        bucket({ location: { area: "EU", regions: ["europe-west1", "us-east1"] } }),
        bucket({ location: { area: "EU", regions: ["EU", "europe-west1"] } }),
      ],
      "softDelete-range": (["3d", "91d", "10.5s"] as const).map((softDelete) => bucket({ softDelete })),
      "retention-range": (["0s", "24856d"] as const).map((period) => bucket({ retention: { period } })),
      "hierarchicalNamespace-features": [
        bucket({ hierarchicalNamespace: true, versioning: true }),
        bucket({ hierarchicalNamespace: true, objectRetention: true }),
        bucket({ hierarchicalNamespace: true, retention: { period: "1d" } }),
      ],
      "cors-origins": [
        bucket({ cors: [{ origins: [], methods: ["GET"] }] }),
        bucket({ cors: [{ origins: ["*"], methods: [] }] }),
        bucket({ cors: [{ origins: ["https://example.com/page"], methods: ["GET"] }] }),
        bucket({ cors: [{ origins: ["example.com"], methods: ["GET"] }] }),
      ],
      "cors-maxAge": [bucket({ cors: [{ origins: ["*"], methods: ["GET"], maxAge: "2d" }] })],
      "encryptionKey-place": [
        (stack) => new Bucket(stack, "files", { location: "EU", encryptionKey: anEncryptionKey(stack) }),
        (stack) => new Bucket(stack, "files", { location: "europe-west4", encryptionKey: anEncryptionKey(stack) }),
      ],
      "labels-form": [bucket({ labels: { Team: "growth" } })],
      "lifecycle-count": [
        bucket({ lifecycle: Array.from({ length: 101 }, () => ({ action: "delete", when: { age: "1d" } })) }),
      ],
      "lifecycle-condition": [
        rule({ action: "delete", when: {} }),
        rule({ action: "delete", when: { age: undefined } }),
        rule({ action: "delete", when: { age: "36h" } }),
        rule({ action: "delete", when: { noncurrentFor: "36h" } }),
        rule({ action: "delete", when: { customTimeAge: "36501d" } }),
        rule({ action: "delete", when: { createdBefore: "2025-02-30" } }),
        rule({ action: "delete", when: { noncurrentBefore: "yesterday" } }),
        rule({ action: "delete", when: { customTimeBefore: "2025" } }),
        rule({ action: "delete", when: { age: "1d", prefixes: [] } }),
        rule({ action: "delete", when: { age: "1d", suffixes: Array.from({ length: 51 }, String) } }),
        rule({ action: "delete", when: { age: "1d", classes: [] } }),
        rule({ action: "delete", when: { newerVersions: 0 } }),
        rule({ action: "delete", when: { newerVersions: 1.5 } }),
      ],
      "lifecycle-uploads": [rule({ action: "abort-uploads", when: { age: "1d", createdBefore: "2025-01-31" } })],
      "lifecycle-class": [
        rule({ action: { class: "nearline" }, when: { classes: ["nearline", "archive"] } }),
        rule({ action: { class: "standard" }, when: { age: "1d" } }),
        bucket({ storageClass: "coldline", lifecycle: [{ action: { class: "nearline" }, when: { age: "1d" } }] }),
        bucket({ storageClass: "auto", lifecycle: [{ action: { class: "nearline" }, when: { age: "1d" } }] }),
        bucket({ storageClass: "auto-to-archive", lifecycle: [{ action: "delete", when: { classes: ["archive"] } }] }),
      ],
      "lifecycle-versions": [
        bucket({ lifecycle: [{ action: "delete", when: { newerVersions: 3 } }] }),
        bucket({ lifecycle: [{ action: "delete", when: { noncurrentFor: "7d" } }] }),
        bucket({ lifecycle: [{ action: "delete", when: { noncurrentBefore: "2025-01-31" } }] }),
        bucket({ lifecycle: [{ action: "delete", when: { age: "1d", versions: "noncurrent" } }] }),
      ],
    },
  },

  BucketNotification: {
    minimal: (stack) =>
      new BucketNotification(stack, "tell", { bucket: new Bucket(stack, "files"), topic: new Topic(stack, "uploads") }),
    maximal: (stack) => {
      const all: Required<BucketNotificationProps> = {
        bucket: new Bucket(stack, "files"),
        topic: new Topic(stack, "uploads"),
        events: ["finalized", "metadata", "archived", "deleted"],
        prefix: "incoming/",
        attributes: { source: "files" },
        payload: "none",
        overrides: { eventTypes: ["OBJECT_FINALIZE"] },
      };
      return new BucketNotification(stack, "tell", all);
    },
    random: fc
      .record({
        events: maybe(
          fc.uniqueArray(fc.constantFrom("finalized", "metadata", "archived", "deleted"), { minLength: 1 }),
        ),
        prefix: maybe(fc.constantFrom("incoming/", "a")),
        attributes: maybe(
          fc.dictionary(fc.stringMatching(/^[a-z]{1,20}$/), fc.string({ maxLength: 100 }), { maxKeys: 5 }),
        ),
        payload: maybe(fc.constantFrom("json", "none")),
      })
      .map(
        (props) => (scope, name) =>
          new BucketNotification(scope, name, {
            bucket: new Bucket(scope, `${name}-files`),
            topic: new Topic(scope, `${name}-uploads`),
            ...props,
          }),
      ),
    faults: {
      "events-some": [notification({ events: [] })],
      "attributes-form": [
        notification({ attributes: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, ""])) }),
        notification({ attributes: { eventType: "mine" } }),
        notification({ attributes: { ["é".repeat(129)]: "" } }),
        notification({ attributes: { note: "x".repeat(1_025) } }),
      ],
    },
  },

  BucketObject: {
    minimal: (stack) =>
      new BucketObject(stack, "spec", { bucket: new Bucket(stack, "files"), name: "specs/clicks.json", content: "{}" }),
    maximal: (stack) => {
      const all: Required<BucketObjectProps> = {
        bucket: new Bucket(stack, "files"),
        name: "lookup/icon",
        content: { file: join(files, "icon.bin") },
        contentType: "image/x-icon",
        contentEncoding: "gzip",
        contentDisposition: "attachment",
        contentLanguage: "en",
        cacheControl: "no-store",
        metadata: { owner: "growth" },
        storageClass: "nearline",
        versioned: true,
        overrides: { temporaryHold: true },
      };
      return new BucketObject(stack, "icon", all);
    },
    random: fc
      .record({
        content: fc.oneof(fc.string({ minLength: 1 }), fc.constant({ file: join(files, "lists/devices.csv") })),
        ending: fc.constantFrom("", ".json", ".csv", ".bin"),
        metadata: maybe(fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.string({ maxLength: 20 }))),
        cacheControl: maybe(fc.constant("no-store")),
        storageClass: maybe(storageClass),
        versioned: maybe(fc.boolean()),
      })
      .map(
        ({ ending, ...props }) =>
          (scope, name) =>
            new BucketObject(scope, name, {
              bucket: new Bucket(scope, `${name}-files`),
              name: `${name}${ending}`,
              ...props,
            }),
      ),
    faults: {
      "name-form": ["", "é".repeat(513), "a\nb", "a\rb", ".", "..", ".well-known/acme-challenge/a"].map((name) =>
        object({ name }),
      ),
      content: [
        object({ content: "" }),
        object({ content: { file: "nowhere.csv" } }),
        object({ content: { file: files } }),
        object({ content: { file: join(temporary("large", 100 * 1024 * 1024 + 1), "large") } }),
      ],
      "contentType-form": [object({ contentType: "csv" })],
      "metadata-size": [object({ metadata: { note: "x".repeat(8 * 1024 - 3) } })],
    },
  },

  BucketFolder: {
    minimal: (stack) => new BucketFolder(stack, "static", { bucket: new Bucket(stack, "files"), folder: files }),
    maximal: (stack) => {
      const all: Required<BucketFolderProps> = {
        bucket: new Bucket(stack, "files"),
        folder: files,
        prefix: "static/",
        cacheControl: "no-store",
        metadata: { owner: "growth" },
        storageClass: "nearline",
        versioned: true,
      };
      return new BucketFolder(stack, "static", all);
    },
    random: fc
      .record({
        prefix: maybe(fc.constant("static/" as const)),
        cacheControl: maybe(fc.constant("no-store")),
        versioned: maybe(fc.boolean()),
      })
      .map(
        (props) => (scope, name) =>
          new BucketFolder(scope, name, { bucket: new Bucket(scope, `${name}-files`), folder: files, ...props }),
      ),
    faults: {
      "folder-files": [
        folder("nowhere"),
        folder(join(files, "index.html")),
        folder(temporary(".hidden", 0)),
        folder(manyFiles(501)),
      ],
    },
  },
} satisfies Examples;

function notification(props: Partial<BucketNotificationProps>): (stack: GcpStack) => BucketNotification {
  return (stack) =>
    new BucketNotification(stack, "tell", {
      bucket: new Bucket(stack, "files"),
      topic: new Topic(stack, "uploads"),
      ...props,
    });
}

function object(props: Partial<BucketObjectProps>): (stack: GcpStack) => BucketObject {
  return (stack) =>
    new BucketObject(stack, "spec", { bucket: new Bucket(stack, "files"), name: "spec", content: "{}", ...props });
}

function folder(path: string): (stack: GcpStack) => BucketFolder {
  return (stack) => new BucketFolder(stack, "static", { bucket: new Bucket(stack, "files"), folder: path });
}

function manyFiles(count: number): string {
  const made = mkdtempSync(join(tmpdir(), "data-journey-examples-"));
  for (let index = 0; index < count; index++) writeFileSync(join(made, `${index}.txt`), "x");
  return made;
}
