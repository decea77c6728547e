/** What a caller does to objects: rights first, then the store, then the news of it. */
import type { FileHandle } from "node:fs/promises";
import { CloudError } from "../../errors";
import { RestError } from "../../routes";
import type { Access, Caller } from "../../service";
import type { Content } from "./content";
import { listNames, type ListPage, type ListQuery } from "./listing";
import { bucketResource } from "./names";
import { verdict, type Preconditions } from "./preconditions";
import { patchedSettings, type ObjectRecord, type ObjectSettings } from "./records";
import { PreconditionFailed, type ObjectStore } from "./store";

/** What happened to an object, for the bucket's notifications. */
export type ObjectEvent =
  | { readonly type: "OBJECT_FINALIZE"; readonly object: ObjectRecord; readonly overwrote?: ObjectRecord }
  | { readonly type: "OBJECT_DELETE"; readonly object: ObjectRecord; readonly overwrittenBy?: ObjectRecord }
  | { readonly type: "OBJECT_METADATA_UPDATE"; readonly object: ObjectRecord };

/** Checksums that the sender knows; what arrived has to have them. */
export interface ExpectedSums {
  readonly crc32c?: string;
  readonly md5Hash?: string;
}

const COMPOSE_LIMIT = 32;

export class BucketObjects {
  constructor(
    private readonly store: ObjectStore,
    private readonly access: Access,
    private readonly happened: (event: ObjectEvent) => void,
  ) {}

  /** @throws CloudError PERMISSION_DENIED */
  check(caller: Caller, permission: string, bucket: string): void {
    this.access.check(caller, permission, bucketResource(bucket));
  }

  /** Makes received bytes an object. An object that is there is replaced only by who may delete it. */
  async put(
    caller: Caller,
    bucket: string,
    name: string,
    content: Content,
    settings: ObjectSettings,
    wanted: Preconditions = {},
    expected: ExpectedSums = {},
  ): Promise<ObjectRecord> {
    try {
      this.check(caller, "storage.objects.create", bucket);
      compareSums(content, expected);
    } catch (error) {
      await this.store.discard(content);
      throw error;
    }
    const { now, before } = await this.store.commit(bucket, name, content, settings, wanted, (there) => {
      if (there !== undefined) this.check(caller, "storage.objects.delete", bucket);
    });
    this.happened({ type: "OBJECT_FINALIZE", object: now, overwrote: before });
    if (before !== undefined) this.happened({ type: "OBJECT_DELETE", object: before, overwrittenBy: now });
    return now;
  }

  get(caller: Caller, bucket: string, name: string, wanted: Preconditions = {}, generation?: number): ObjectRecord {
    this.check(caller, "storage.objects.get", bucket);
    const record = this.store.object(bucket, name, generation);
    const result = verdict(wanted, record);
    if (result !== "met") throw new PreconditionFailed(result);
    return record;
  }

  /** The caller closes the file. */
  async read(
    caller: Caller,
    bucket: string,
    name: string,
    wanted: Preconditions = {},
    generation?: number,
  ): Promise<{ readonly record: ObjectRecord; readonly file: FileHandle }> {
    this.get(caller, bucket, name, wanted, generation);
    return this.store.read(bucket, name, generation);
  }

  list(caller: Caller, bucket: string, query: ListQuery): ListPage {
    this.check(caller, "storage.objects.list", bucket);
    return listNames(this.store.names(bucket), query);
  }

  async patch(
    caller: Caller,
    bucket: string,
    name: string,
    wanted: Preconditions,
    patch: { readonly [name: string]: unknown },
  ): Promise<ObjectRecord> {
    this.check(caller, "storage.objects.update", bucket);
    const object = await this.store.update(bucket, name, wanted, (record) => patchedSettings(record, patch));
    this.happened({ type: "OBJECT_METADATA_UPDATE", object });
    return object;
  }

  async delete(
    caller: Caller,
    bucket: string,
    name: string,
    wanted: Preconditions = {},
    generation?: number,
  ): Promise<void> {
    this.check(caller, "storage.objects.delete", bucket);
    const object = await this.store.delete(bucket, name, wanted, generation);
    this.happened({ type: "OBJECT_DELETE", object });
  }

  /** @param settings in place of the source's own, where given */
  async copy(
    caller: Caller,
    from: {
      readonly bucket: string;
      readonly name: string;
      readonly generation?: number;
      readonly wanted: Preconditions;
    },
    to: { readonly bucket: string; readonly name: string; readonly wanted: Preconditions },
    settings: ObjectSettings | undefined,
  ): Promise<ObjectRecord> {
    const source = this.get(caller, from.bucket, from.name, from.wanted, from.generation);
    const content = await this.store.duplicate(source, to.bucket);
    return this.put(caller, to.bucket, to.name, content, settings ?? patchedSettings(source, {}), to.wanted);
  }

  /** One object of up to 32 others' bytes, one after another. */
  async compose(
    caller: Caller,
    bucket: string,
    name: string,
    sources: readonly { readonly name: string; readonly generation?: number; readonly wanted: Preconditions }[],
    settings: ObjectSettings,
    wanted: Preconditions,
  ): Promise<ObjectRecord> {
    if (sources.length < 1 || sources.length > COMPOSE_LIMIT) {
      throw new CloudError(
        "INVALID_ARGUMENT",
        `The number of source components provided (${sources.length}) is not between 1 and ${COMPOSE_LIMIT}.`,
      );
    }
    const receiver = await this.store.receive(bucket);
    let componentCount = 0;
    try {
      for (const source of sources) {
        const { record, file } = await this.read(caller, bucket, source.name, source.wanted, source.generation);
        componentCount += record.componentCount ?? 1;
        for await (const chunk of file.createReadStream()) await receiver.write(chunk as Buffer);
      }
    } catch (error) {
      await receiver.abandon();
      throw error;
    }
    const { file, size, crc32c } = await receiver.finish();
    return this.put(caller, bucket, name, { file, size, crc32c, componentCount }, settings, wanted);
  }
}

function compareSums(content: Content, expected: ExpectedSums): void {
  for (const [sum, word] of [
    ["crc32c", "CRC32C"],
    ["md5Hash", "MD5"],
  ] as const) {
    const wanted = expected[sum];
    if (wanted === undefined || wanted === content[sum]) continue;
    throw new RestError(
      "INVALID_ARGUMENT",
      `Provided ${word} hash "${wanted}" doesn't match calculated ${word} hash "${content[sum] ?? ""}".`,
      "invalid",
    );
  }
}
