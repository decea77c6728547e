import { StorageBucketObject } from "@cdktf/provider-google/lib/storage-bucket-object";
import { Construct } from "constructs";
import { contentHash } from "../core/content";
import { make } from "../core/make";
import { reference } from "../core/reference";
import { literal } from "../core/text";
import type { Waits } from "../core/waits";
import type { AnyBucket } from "./bucket";

export interface BucketObjectProps {
  readonly bucket: AnyBucket;
  /** "templates/clicks.json" */
  readonly name: string;
  /** Text; Terraform keeps it in its state. */
  readonly content: string;
  /** @default "application/json" */
  readonly contentType?: string;
  /**
   * Puts a hash of the content into the name, "specs/clicks-1a2b3c4d5e6f.json", and never deletes an object: what still
   * runs with the old content still finds it.
   * @default false
   */
  readonly versioned?: boolean;
}

/** A small text in a bucket. */
export class BucketObject extends Construct {
  readonly resource: StorageBucketObject;
  /** gs://bucket/name */
  readonly url: string;
  readonly waits: Waits = () => [this.resource];

  constructor(scope: Construct, id: string, props: BucketObjectProps) {
    super(scope, id);
    const { bucket, content, versioned = false } = props;
    const name = versioned ? withHash(props.name, contentHash(this, content)) : props.name;
    // The address has no hash: a new content is a change of this resource, not another resource.
    this.resource = make(this, "resource", StorageBucketObject, `${bucket.key}-${props.name}`, {
      bucket: bucket.name,
      name,
      content: literal(content),
      contentType: props.contentType ?? "application/json",
      deletionPolicy: versioned ? "ABANDON" : undefined,
    });
    this.url = `gs://${bucket.name}/${reference(this.resource, "output_name", name)}`;
  }
}

/** "specs/clicks.json": "specs/clicks-<hash>.json". */
function withHash(name: string, hash: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= name.lastIndexOf("/") + 1 ? `${name}-${hash}` : `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
}
