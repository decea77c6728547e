import { StorageBucketObject, type StorageBucketObjectConfig } from "@cdktf/provider-google/lib/storage-bucket-object";
import { Construct } from "constructs";
import { contentHash } from "../core/content";
import { limits } from "../core/limits";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import type { Waits } from "../core/waits";
import type { AnyBucket } from "./bucket";
import type { StorageClass } from "./lifecycle";
import { bytesOfContent, contentProblem, contentTypeOf, uploadOf, type ObjectFile } from "./object-content";

/** What `overrides` is for: holds and retention of the one object, a key of its own, a key that the caller keeps. */
export interface BucketObjectProps extends Overridable<StorageBucketObjectConfig> {
  readonly bucket: AnyBucket;
  /** "templates/clicks.json" */
  readonly name: string;
  /**
   * A text, or a file: `{ file: "lookup/devices.csv" }`. Never a secret, as Terraform's state keeps it: those are for
   * Secret Manager.
   */
  readonly content: string | ObjectFile;
  /** @default by the ending of its name: JSON for "specs/clicks.json" */
  readonly contentType?: string;
  /** How its bytes are packed: "gzip" lets Cloud Storage unpack them for who asks. @default not at all */
  readonly contentEncoding?: string;
  /** Whether a browser shows it or saves it, and under which name. @default it decides */
  readonly contentDisposition?: string;
  /** "en" @default none */
  readonly contentLanguage?: string;
  /** How long others may keep a copy: "no-store". @default "private, max-age=0", as Google does for what is not public */
  readonly cacheControl?: string;
  /** At most 8 KiB of names and values that come with it. @default none */
  readonly metadata?: { readonly [name: string]: string };
  /** @default the bucket's */
  readonly storageClass?: StorageClass;
  /**
   * Puts a hash of the content into the name, "specs/clicks-1a2b3c4d5e6f.json", and never deletes an object: what still
   * runs with the old content still finds it.
   * @default false
   */
  readonly versioned?: boolean;
}

const LONGEST_NAME = 1_024;
const MOST_METADATA = 8 * 1024;

const rules: Rules<BucketObjectProps> = [
  {
    id: "name-form",
    reads: ["name"],
    page: "https://cloud.google.com/storage/docs/objects#naming",
    broken({ name }) {
      const bytes = Buffer.byteLength(name);
      if (bytes === 0 || bytes > LONGEST_NAME)
        return `name has ${bytes} bytes: Cloud Storage takes 1 to ${LONGEST_NAME}`;
      return /[\r\n]/.test(name) || name === "." || name === ".." || name.startsWith(".well-known/acme-challenge/")
        ? `name is ${JSON.stringify(name)}: Cloud Storage takes no line breaks, no ".", no ".." and nothing in .well-known/acme-challenge/`
        : undefined;
    },
  },
  {
    id: "content",
    reads: ["content"],
    page: "https://registry.terraform.io/providers/hashicorp/google/6.50.0/docs/resources/storage_bucket_object",
    broken: ({ content }) => contentProblem(content),
  },
  limits("Cloud Storage").matches(
    "contentType",
    /^[\w.+-]+\/[\w.+-]+(\s*;.+)?$/,
    'has types of content such as "text/csv"',
    "https://cloud.google.com/storage/docs/metadata#content-type",
  ),
  {
    id: "metadata-size",
    reads: ["metadata"],
    page: "https://cloud.google.com/storage/quotas#objects",
    broken({ metadata = {} }) {
      const bytes = Buffer.byteLength(Object.entries(metadata).flat().join(""));
      return bytes > MOST_METADATA
        ? `metadata is ${bytes} bytes: Cloud Storage takes at most ${MOST_METADATA}`
        : undefined;
    },
  },
];

/**
 * An object that is deployed with its stack: a template, a list to look things up in, an example. What is written as the
 * system runs is no part of a stack.
 * @throws InvalidProps
 * @see https://cloud.google.com/storage/docs/objects
 */
export class BucketObject extends Construct {
  readonly resource: StorageBucketObject;
  /** gs://bucket/name */
  readonly url: string;
  readonly waits: Waits = () => [this.resource];

  constructor(scope: Construct, id: string, props: BucketObjectProps) {
    super(scope, id);
    check(this, props, rules);
    const { bucket, content, versioned = false } = props;
    const name = versioned ? withHash(props.name, contentHash(this, bytesOfContent(content))) : props.name;
    // Neither the address nor the file's place has the hash: a new content is a change, not another resource.
    const key = `${bucket.key}-${props.name}`;
    this.resource = make(this, "resource", StorageBucketObject, key, {
      bucket: bucket.name,
      name,
      ...uploadOf(this, key, content),
      contentType: props.contentType ?? contentTypeOf(props.name, content),
      contentEncoding: props.contentEncoding,
      contentDisposition: props.contentDisposition,
      contentLanguage: props.contentLanguage,
      cacheControl: props.cacheControl,
      metadata: props.metadata,
      storageClass: props.storageClass?.toUpperCase(),
      deletionPolicy: versioned ? "ABANDON" : undefined,
      ...props.overrides,
    });
    this.url = `${bucket.url}/${reference(this.resource, "output_name", name)}`;
  }
}

/** "specs/clicks.json": "specs/clicks-<hash>.json". */
function withHash(name: string, hash: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= name.lastIndexOf("/") + 1 ? `${name}-${hash}` : `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
}
