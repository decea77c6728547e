/** Uploads: the bytes alone, with metadata before them, or in several requests. */
import { randomUUID } from "node:crypto";
import { CloudError } from "../../errors";
import type { Exchange, RestMethod } from "../../routes";
import type { Caller, Clock } from "../../service";
import type { BucketObjects, ExpectedSums } from "./bucket-objects";
import type { Receiver } from "./content";
import { readMultipart } from "./multipart";
import { preconditionsOf, type Preconditions } from "./preconditions";
import { isObject, objectResourceOf, objectSettings, type ObjectRecord, type ObjectSettings } from "./records";
import { chunkRange, isWhole } from "./resumable";
import type { ObjectStore } from "./store";

interface Session {
  readonly caller: Caller;
  readonly bucket: string;
  readonly name: string;
  readonly settings: ObjectSettings;
  readonly wanted: Preconditions;
  readonly expected: ExpectedSums;
  readonly receiver: Receiver;
  /** Requests of one session, one after another. */
  turn: Promise<unknown>;
  done?: ObjectRecord;
  /** Why all of it was refused in the end: asked again, the answer is the same. */
  refused?: unknown;
  /** Takes the end of its life back. */
  readonly lives: () => void;
}

/** Sessions of resumable uploads. They do not survive a restart: the client begins anew, as after a week in the cloud. */
export class Uploads {
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly store: ObjectStore,
    private readonly objects: BucketObjects,
    private readonly clock: Clock,
  ) {}

  methods(caller: Caller): readonly RestMethod[] {
    return [
      { verb: "POST", path: "b/{bucket}/o", answer: (exchange) => this.begin(exchange, caller) },
      { verb: "PUT", path: "b/{bucket}/o", answer: (exchange) => this.resume(exchange) },
      { verb: "DELETE", path: "b/{bucket}/o", answer: (exchange) => this.cancel(exchange) },
    ];
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sessions.keys()].map((id) => this.forget(id)));
  }

  private begin(exchange: Exchange, caller: Caller): Promise<unknown> {
    const bucket = exchange.path.bucket as string;
    this.objects.check(caller, "storage.objects.create", bucket);
    const type = exchange.query.get("uploadType");
    if (type === "media") return this.media(exchange, caller, bucket);
    if (type === "multipart") return this.multipart(exchange, caller, bucket);
    if (type === "resumable") return this.open(exchange, caller, bucket);
    throw new CloudError(
      "INVALID_ARGUMENT",
      `uploadType is ${type ?? "missing"}: media, multipart or resumable is wanted`,
    );
  }

  private async media(exchange: Exchange, caller: Caller, bucket: string): Promise<unknown> {
    const { request, query } = exchange;
    const name = nameOf(query, {});
    const wanted = preconditionsOf(query);
    const content = await this.store.receiveAll(bucket, request as AsyncIterable<Buffer>);
    const settings = settingsOf(query, {}, request.headers["content-type"]);
    const record = await this.objects.put(caller, bucket, name, content, settings, wanted, sumsOf(request.headers, {}));
    return objectResourceOf(record, exchange.base);
  }

  private async multipart(exchange: Exchange, caller: Caller, bucket: string): Promise<unknown> {
    const { request, query } = exchange;
    const { metadata, contentType, media } = await readMultipart(request, request.headers["content-type"] ?? "");
    const name = nameOf(query, metadata);
    const wanted = preconditionsOf(query);
    const content = await this.store.receiveAll(bucket, media);
    const settings = settingsOf(query, metadata, contentType);
    const sums = sumsOf(request.headers, metadata);
    const record = await this.objects.put(caller, bucket, name, content, settings, wanted, sums);
    return objectResourceOf(record, exchange.base);
  }

  private async open(exchange: Exchange, caller: Caller, bucket: string): Promise<undefined> {
    const { request, response, query, base } = exchange;
    const body = await exchange.json();
    const metadata = isObject(body) ? body : {};
    const name = nameOf(query, metadata);
    const id = randomUUID();
    this.sessions.set(id, {
      caller,
      bucket,
      name,
      settings: settingsOf(query, metadata, request.headers["x-upload-content-type"]?.toString()),
      wanted: preconditionsOf(query),
      expected: sumsOf(request.headers, metadata),
      receiver: await this.store.receive(bucket),
      turn: Promise.resolve(),
      lives: this.clock.after(SESSION_LIFE, () => void this.forget(id)),
    });
    const where = `${base}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&name=${encodeURIComponent(name)}&upload_id=${id}`;
    response.writeHead(200, { location: where, "x-guploader-uploadid": id, "content-length": 0 }).end();
    return undefined;
  }

  private resume(exchange: Exchange): Promise<unknown> {
    const session = this.find(exchange.query);
    const mine = session.turn.then(() => this.take(session, exchange));
    session.turn = mine.catch(() => undefined);
    return mine;
  }

  private async take(session: Session, { request, response, base }: Exchange): Promise<unknown> {
    const { receiver } = session;
    if (session.done !== undefined) {
      request.resume();
      return objectResourceOf(session.done, base);
    }
    if (session.refused !== undefined) throw session.refused;
    const range = chunkRange(request.headers["content-range"]);
    if (range.kind === "bytes") {
      if (range.start > receiver.size) {
        throw new CloudError(
          "INVALID_ARGUMENT",
          `According to the Content-Range header, the upload offset is ${range.start} byte(s), which exceeds already uploaded size of ${receiver.size} byte(s).`,
        );
      }
      // Bytes that came in a request before, of which the client had no answer.
      let known = receiver.size - range.start;
      for await (const chunk of request as AsyncIterable<Buffer>) {
        const fresh = chunk.subarray(Math.min(known, chunk.length));
        known -= chunk.length - fresh.length;
        if (fresh.length > 0) await receiver.write(fresh);
      }
    }
    if (!isWhole(range, receiver.size)) {
      const headers = receiver.size === 0 ? {} : { range: `bytes=0-${receiver.size - 1}` };
      response.writeHead(308, { ...headers, "content-length": 0 }).end();
      return undefined;
    }
    const { caller, bucket, name, settings, wanted, expected } = session;
    const content = await receiver.finish();
    const sums = { ...expected, ...sumsOf(request.headers, {}) };
    try {
      session.done = await this.objects.put(caller, bucket, name, content, settings, wanted, sums);
    } catch (error) {
      session.refused = error;
      throw error;
    }
    return objectResourceOf(session.done, base);
  }

  private async cancel({ query, response }: Exchange): Promise<undefined> {
    this.find(query);
    await this.forget(query.get("upload_id") as string);
    response.writeHead(499, { "content-length": 0 }).end();
    return undefined;
  }

  private async forget(id: string): Promise<void> {
    const session = this.sessions.get(id);
    if (session === undefined) return;
    this.sessions.delete(id);
    session.lives();
    await session.turn;
    if (session.done === undefined && session.refused === undefined) await session.receiver.abandon();
  }

  private find(query: URLSearchParams): Session {
    const session = this.sessions.get(query.get("upload_id") ?? "");
    if (session === undefined) throw new CloudError("NOT_FOUND", "This upload is not known, or not known any more.");
    return session;
  }
}

/** A session lives for a week. @see https://cloud.google.com/storage/docs/resumable-uploads#session-uris */
const SESSION_LIFE = 7 * 24 * 3600 * 1000;

function nameOf(query: URLSearchParams, metadata: { readonly [name: string]: unknown }): string {
  const name = query.get("name") ?? metadata.name;
  if (typeof name === "string" && name !== "") return name;
  throw new CloudError("INVALID_ARGUMENT", "Required parameter: name");
}

function settingsOf(
  query: URLSearchParams,
  metadata: { readonly [name: string]: unknown },
  contentType: string | undefined,
): ObjectSettings {
  const encoding = query.get("contentEncoding");
  const settings = objectSettings(metadata);
  return {
    ...settings,
    contentType: settings.contentType ?? contentType ?? "application/octet-stream",
    ...(encoding === null ? {} : { contentEncoding: encoding }),
  };
}

/** From the metadata and from "x-goog-hash: crc32c=...,md5=...". */
function sumsOf(
  headers: { readonly [name: string]: string | readonly string[] | undefined },
  metadata: { readonly [name: string]: unknown },
): ExpectedSums {
  const header = String(headers["x-goog-hash"] ?? "");
  const crc32c = /crc32c=([^,\s]+)/.exec(header)?.[1] ?? metadata.crc32c;
  const md5Hash = /md5=([^,\s]+)/.exec(header)?.[1] ?? metadata.md5Hash;
  return {
    ...(typeof crc32c === "string" ? { crc32c } : {}),
    ...(typeof md5Hash === "string" ? { md5Hash } : {}),
  };
}
