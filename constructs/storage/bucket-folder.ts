import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Construct } from "constructs";
import { check, type Rules } from "../core/rules";
import type { Waits } from "../core/waits";
import type { AnyBucket } from "./bucket";
import { BucketObject, type BucketObjectProps } from "./bucket-object";

export interface BucketFolderProps extends Pick<
  BucketObjectProps,
  "cacheControl" | "metadata" | "storageClass" | "versioned"
> {
  readonly bucket: AnyBucket;
  /** Absolute, or relative to the folder of cdktf.json. What begins with a dot in it is passed over. */
  readonly folder: string;
  /** What stands before the names of the objects: "static/". @default nothing */
  readonly prefix?: `${string}/`;
}

/** Each file is a resource of its own, and Terraform asks for each of them at every plan. */
const MOST_FILES = 500;
const page = "https://registry.terraform.io/providers/hashicorp/google/6.50.0/docs/resources/storage_bucket_object";

const rules: Rules<BucketFolderProps> = [
  {
    id: "folder-files",
    reads: ["folder"],
    page,
    broken({ folder }) {
      const found = statSync(resolve(folder), { throwIfNoEntry: false });
      if (found?.isDirectory() !== true) return `folder is "${folder}": there is no such folder`;
      const { length } = filesIn(folder);
      if (length === 0) return `folder is "${folder}": there is no file in it`;
      return length > MOST_FILES
        ? `folder has ${length} files: more than ${MOST_FILES} are data, which is copied and not deployed (gcloud storage cp --recursive)`
        : undefined;
    },
  },
];

/**
 * Every file of a folder as an object. What is no longer in the folder is deleted, unless the objects are `versioned`.
 * @throws InvalidProps
 */
export class BucketFolder extends Construct {
  /** By the file's path in the folder, with "/". */
  readonly objects: ReadonlyMap<string, BucketObject>;
  /** gs://bucket/prefix */
  readonly url: string;
  readonly waits: Waits = () => [...this.objects.values()].flatMap((object) => [...object.waits()]);

  constructor(scope: Construct, id: string, props: BucketFolderProps) {
    super(scope, id);
    check(this, props, rules);
    const { bucket, folder, prefix = "", ...shared } = props;
    this.objects = new Map(
      filesIn(folder).map((path) => {
        const content = { file: join(folder, path) };
        return [
          path,
          new BucketObject(this, path.replaceAll("/", " "), { ...shared, bucket, name: prefix + path, content }),
        ];
      }),
    );
    this.url = `${bucket.url}/${prefix}`;
  }
}

/** By code unit: an order that no locale and no file system changes. */
function filesIn(folder: string, below = ""): readonly string[] {
  return readdirSync(resolve(folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith("."))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesIn(join(folder, entry.name), `${below}${entry.name}/`) : [below + entry.name],
    );
}
