import type { Readable } from "node:stream";
import { restRoute } from "../../routes";
import type { Caller, Counters, Host, HttpRoute, ResourceType, Service } from "../../service";
import { BucketObjects } from "./bucket-objects";
import { Notifier, type Publish } from "./notifications";
import type { ObjectRecord } from "./records";
import { storageTypes } from "./resource-types";
import { bucketMethods } from "./rest-buckets";
import { downloadMethods, objectMethods } from "./rest-objects";
import { Uploads } from "./rest-uploads";
import { ObjectStore } from "./store";

export interface StorageDependencies {
  /** Pub/Sub, for notifications; without it events go nowhere. */
  readonly publish?: Publish;
}

/**
 * Cloud Storage on disk: the JSON API such that Google's own client works unchanged, and objects that are
 * there whole or not at all, whatever is killed when.
 */
export class Storage implements Service {
  readonly name = "storage";
  readonly resources: readonly ResourceType[];
  private readonly store: ObjectStore;
  private readonly objects: BucketObjects;
  private readonly uploads: Uploads;
  private readonly notifier: Notifier;
  /** Of buckets that the stack has, by name. */
  private readonly addresses = new Map<string, string>();

  constructor(
    private readonly host: Host,
    dependencies: StorageDependencies = {},
  ) {
    const { clock, access } = host;
    this.notifier = new Notifier(host, dependencies.publish ?? (() => undefined));
    this.store = new ObjectStore(host.folder("storage"), clock);
    this.objects = new BucketObjects(this.store, access, (event) => {
      this.notifier.announce(this.store.bucket(event.object.bucket).notifications, event);
    });
    this.uploads = new Uploads(this.store, this.objects, clock);
    const { store, objects, notifier, addresses } = this;
    this.resources = storageTypes({ host, store, objects, notifier, addresses });
  }

  http(caller: Caller): readonly HttpRoute[] {
    const methods = [
      ...bucketMethods(this.host, this.store, this.notifier, caller),
      ...objectMethods(this.objects, this.store, caller),
    ];
    return [
      restRoute("/storage/v1/", methods),
      // With STORAGE_EMULATOR_HOST Google's Node client leaves /storage/v1 out.
      { ...restRoute("/", methods), prefix: "/b" },
      restRoute("/upload/storage/v1/", this.uploads.methods(caller)),
      restRoute("/download/storage/v1/", downloadMethods(this.objects, caller)),
    ];
  }

  /** The bytes of an object, for other local services. */
  async open(caller: Caller, bucket: string, object: string): Promise<{ record: ObjectRecord; bytes: Readable }> {
    const { record, file } = await this.objects.read(caller, bucket, object);
    return { record, bytes: file.createReadStream() };
  }

  /** The names that begin so, in order, for other local services. */
  list(caller: Caller, bucket: string, prefix = ""): readonly string[] {
    return this.objects.list(caller, bucket, { prefix, maxResults: Number.MAX_SAFE_INTEGER }).names;
  }

  /** Writes an object, for other local services. */
  async put(
    caller: Caller,
    bucket: string,
    object: string,
    bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    contentType: string,
  ): Promise<ObjectRecord> {
    const content = await this.store.receiveAll(bucket, bytes);
    return this.objects.put(caller, bucket, object, content, { contentType });
  }

  counters(): Counters {
    const { store, addresses } = this;
    return Object.fromEntries(
      store.bucketNames().map((name) => [addresses.get(name) ?? `gs://${name}`, { ...store.totals(name) }]),
    );
  }

  async stop(): Promise<void> {
    this.notifier.stop();
    await this.uploads.stop();
  }
}
