/**
 * Buckets and objects on disk.
 *
 *     <folder>/<bucket>/bucket.json          the bucket
 *     <folder>/<bucket>/objects/<hash>.json  an object: its name, generation, metadata, and which file its content is
 *     <folder>/<bucket>/content/<generation>        the bytes of one generation, never changed
 *     <folder>/<bucket>/uploads/<id>         bytes that still arrive; emptied at start
 *
 * An object exists from the moment its json file is renamed into place, whose content was made durable before.
 * So a kill leaves an object as it was or as it becomes, and at worst a content file that nothing names.
 */
import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { link, mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { CloudError } from "../../errors";
import { RestError } from "../../routes";
import type { Clock } from "../../service";
import { Receiver, type Content } from "./content";
import { removeDurably, syncFolder, writeDurably } from "./durable";
import { checkBucketName, checkObjectName, compareNames, fileNameOf } from "./names";
import { verdict, type Preconditions } from "./preconditions";
import { restore, type Bucket } from "./restore";
import type { BucketRecord, ObjectRecord, ObjectSettings } from "./records";

/** What a change did: the object that is there now, and the one that was. */
export interface Change {
  readonly now?: ObjectRecord;
  readonly before?: ObjectRecord;
}

export class PreconditionFailed extends RestError {
  constructor(readonly verdict: "412" | "304") {
    super(
      "FAILED_PRECONDITION",
      "At least one of the pre-conditions you specified did not hold.",
      "conditionNotMet",
      "If-Match",
      412,
    );
  }
}

export class ObjectStore {
  private readonly buckets = new Map<string, Bucket>();
  /** Changes of one name, one after another. */
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {
    for (const name of readdirSync(folder)) {
      const bucket = restore(join(folder, name));
      if (bucket !== undefined) this.buckets.set(name, bucket);
    }
  }

  bucketNames(): readonly string[] {
    return [...this.buckets.keys()].toSorted(compareNames);
  }

  /** @throws CloudError NOT_FOUND */
  bucket(name: string): BucketRecord {
    return this.find(name).record;
  }

  hasBucket(name: string): boolean {
    return this.buckets.has(name);
  }

  async createBucket(name: string, settings: BucketRecord["settings"]): Promise<BucketRecord> {
    checkBucketName(name);
    return this.inTurn(name, async () => {
      if (this.buckets.has(name)) {
        throw new CloudError(
          "ALREADY_EXISTS",
          "Your previous request to create the named bucket succeeded and you already own it.",
        );
      }
      const folder = join(this.folder, name);
      for (const part of ["objects", "content", "uploads"]) await mkdir(join(folder, part), { recursive: true });
      const now = this.time();
      const record: BucketRecord = {
        name,
        metageneration: 1,
        timeCreated: now,
        updated: now,
        settings,
        notifications: [],
      };
      await writeDurably(join(folder, "bucket.json"), JSON.stringify(record));
      await syncFolder(this.folder);
      this.buckets.set(name, { record, folder, objects: new Map(), lastGeneration: 0 });
      return record;
    });
  }

  async updateBucket(
    name: string,
    change: (record: BucketRecord) => Partial<Pick<BucketRecord, "settings" | "notifications">>,
  ): Promise<BucketRecord> {
    return this.inTurn(name, async () => {
      const bucket = this.find(name);
      const { record } = bucket;
      const metageneration = record.metageneration + 1;
      const changed = { ...record, ...change(record), metageneration, updated: this.time() };
      await writeDurably(join(bucket.folder, "bucket.json"), JSON.stringify(changed));
      bucket.record = changed;
      return changed;
    });
  }

  /** @throws CloudError where objects are left. */
  async deleteBucket(name: string): Promise<void> {
    await this.inTurn(name, async () => {
      const bucket = this.find(name);
      if (bucket.objects.size > 0) {
        throw new CloudError("ALREADY_EXISTS", "The bucket you tried to delete is not empty.");
      }
      // Without its record it is no bucket, whatever is left of its folder.
      await removeDurably(join(bucket.folder, "bucket.json"));
      this.buckets.delete(name);
      await rm(bucket.folder, { recursive: true, force: true });
    });
  }

  /** The names of a bucket's objects, in the order of their UTF-8 bytes. */
  names(bucket: string): readonly string[] {
    const found = this.find(bucket);
    found.sorted ??= [...found.objects.keys()].toSorted(compareNames);
    return found.sorted;
  }

  peek(bucket: string, name: string): ObjectRecord | undefined {
    return this.find(bucket).objects.get(name);
  }

  /** @throws CloudError NOT_FOUND */
  object(bucket: string, name: string, generation?: number): ObjectRecord {
    const record = this.peek(bucket, name);
    if (record === undefined || (generation !== undefined && generation !== record.generation)) {
      throw new CloudError("NOT_FOUND", `No such object: ${bucket}/${name}`);
    }
    return record;
  }

  totals(bucket: string): { readonly objects: number; readonly bytes: number } {
    const { objects } = this.find(bucket);
    let bytes = 0;
    for (const { size } of objects.values()) bytes += size;
    return { objects: objects.size, bytes };
  }

  /** Takes bytes in. They become an object by {@link commit}, or go by {@link discard}. */
  async receive(bucket: string): Promise<Receiver> {
    const { folder } = this.find(bucket);
    return Receiver.open(join(folder, "uploads", randomUUID()));
  }

  /** Takes all of it in; nothing is left of it when it ends in an error. */
  async receiveAll(bucket: string, bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Content> {
    const receiver = await this.receive(bucket);
    try {
      for await (const chunk of bytes) await receiver.write(chunk);
      return await receiver.finish();
    } catch (error) {
      await receiver.abandon();
      throw error;
    }
  }

  async discard(content: Content): Promise<void> {
    await rm(content.file, { force: true });
  }

  /**
   * Makes received bytes an object, if the preconditions hold at that moment; else they are gone.
   * @throws PreconditionFailed
   */
  async commit(
    bucket: string,
    name: string,
    content: Content,
    settings: ObjectSettings,
    wanted: Preconditions = {},
    allowed: (before: ObjectRecord | undefined) => void = () => undefined,
  ): Promise<Change & { readonly now: ObjectRecord }> {
    try {
      checkObjectName(name);
      return await this.inTurn(`${bucket}/${name}`, async () => {
        const home = this.find(bucket);
        const before = home.objects.get(name);
        check(wanted, before);
        allowed(before);
        const generation = this.nextGeneration(home);
        const time = this.time();
        const file = String(generation);
        await rename(content.file, join(home.folder, "content", file));
        await syncFolder(join(home.folder, "content"));
        const now: ObjectRecord = {
          ...settings,
          bucket,
          name,
          generation,
          metageneration: 1,
          size: content.size,
          crc32c: content.crc32c,
          ...(content.md5Hash === undefined ? {} : { md5Hash: content.md5Hash }),
          ...(content.componentCount === undefined ? {} : { componentCount: content.componentCount }),
          timeCreated: time,
          updated: time,
          content: file,
        };
        await this.record(home, now);
        if (before !== undefined) await rm(join(home.folder, "content", before.content), { force: true });
        return { now, before };
      });
    } catch (error) {
      await this.discard(content);
      throw error;
    }
  }

  async update(
    bucket: string,
    name: string,
    wanted: Preconditions,
    change: (record: ObjectRecord) => ObjectSettings,
  ): Promise<ObjectRecord> {
    return this.inTurn(`${bucket}/${name}`, async () => {
      const home = this.find(bucket);
      const record = this.object(bucket, name);
      check(wanted, record);
      const changed = {
        ...record,
        ...change(record),
        metageneration: record.metageneration + 1,
        updated: this.time(),
      };
      await this.record(home, changed);
      return changed;
    });
  }

  async delete(bucket: string, name: string, wanted: Preconditions, generation?: number): Promise<ObjectRecord> {
    return this.inTurn(`${bucket}/${name}`, async () => {
      const home = this.find(bucket);
      const record = this.object(bucket, name, generation);
      check(wanted, record);
      await removeDurably(this.recordFile(home, name));
      home.objects.delete(name);
      home.sorted = undefined;
      await rm(join(home.folder, "content", record.content), { force: true });
      return record;
    });
  }

  /** The bytes of an object, open: they stay readable when the object is overwritten meanwhile. */
  async read(bucket: string, name: string, generation?: number): Promise<{ record: ObjectRecord; file: FileHandle }> {
    for (;;) {
      const record = this.object(bucket, name, generation);
      try {
        const file = await open(join(this.find(bucket).folder, "content", record.content), "r");
        return { record, file };
      } catch (error) {
        // Overwritten or deleted between the look and the opening: look again.
        if (this.peek(bucket, name) === record) throw error;
      }
    }
  }

  /** The same bytes under another name, without copying them. */
  async duplicate(from: ObjectRecord, bucket: string): Promise<Content> {
    const file = join(this.find(bucket).folder, "uploads", randomUUID());
    await link(join(this.find(from.bucket).folder, "content", from.content), file);
    const { size, crc32c, md5Hash, componentCount } = from;
    return { file, size, crc32c, md5Hash, componentCount };
  }

  private async record(home: Bucket, record: ObjectRecord): Promise<void> {
    await writeDurably(this.recordFile(home, record.name), JSON.stringify(record));
    if (!home.objects.has(record.name)) home.sorted = undefined;
    home.objects.set(record.name, record);
  }

  private recordFile(home: Bucket, name: string): string {
    return join(home.folder, "objects", `${fileNameOf(name)}.json`);
  }

  private nextGeneration(bucket: Bucket): number {
    bucket.lastGeneration = Math.max(bucket.lastGeneration + 1, this.clock.now() * 1000);
    return bucket.lastGeneration;
  }

  private time(): string {
    return new Date(this.clock.now()).toISOString();
  }

  private find(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) throw new CloudError("NOT_FOUND", "The specified bucket does not exist.");
    return bucket;
  }

  private async inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.turns.get(key) ?? Promise.resolve();
    const mine = before.then(task, task);
    this.turns.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.turns.get(key) === mine) this.turns.delete(key);
    }
  }
}

function check(wanted: Preconditions, found: ObjectRecord | undefined): void {
  const result = verdict(wanted, found);
  if (result !== "met") throw new PreconditionFailed(result);
}
