import { pause } from "../../../runtime/clock";
import { pauseAfter } from "../../../runtime/retry";
import type { Anywhere } from "../formats/format";
import { mayPass, Rest, type RestOptions } from "./rest";

/** An answer takes so long at most: a record of some megabytes takes a second, and asking again is harmless. */
const TIMEOUT = 30_000;
/** Tries of a part of an object, one after the other without a byte between them: some ten seconds. */
const MOST_TRIES = 8;

interface ListAnswer {
  readonly items?: readonly { readonly name: string; readonly size: string }[];
  readonly nextPageToken?: string;
}

type Metadata = { readonly [name: string]: string };

interface AboutObject {
  readonly size: string;
  readonly generation: string;
  readonly contentEncoding?: string;
}

/**
 * The few calls of Cloud Storage's JSON API that the processor makes.
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects
 */
export class CloudStorage {
  private readonly rest: Rest;

  constructor(private readonly options: RestOptions) {
    this.rest = new Rest(options, options.endpoint ?? "https://storage.googleapis.com", TIMEOUT);
  }

  /** Creates an object where there is none of that name. */
  async createObject(bucket: string, name: string, content: Uint8Array): Promise<"created" | "exists"> {
    const query = new URLSearchParams({ uploadType: "media", name, ifGenerationMatch: "0", fields: "generation" });
    const headers = { "content-type": "application/octet-stream" };
    const path = `/upload/storage/v1/b/${bucket}/o?${query.toString()}`;
    const { status } = await this.rest.call(path, { method: "POST", headers, body: content }, 412);
    return status === 412 ? "exists" : "created";
  }

  /** An object's content, or undefined where there is none. */
  async readObject(bucket: string, name: string): Promise<Uint8Array | undefined> {
    const { status, body } = await this.rest.call(`${objectPath(bucket, name)}?alt=media`, {}, 404);
    return status === 404 ? undefined : body;
  }

  /**
   * An object's content as it comes, all of it of one version. Where it is cut off or does not come any more, the rest
   * is asked for, calmly.
   * @throws Error where there is none, or no more of it is to be had
   */
  async *openObject(bucket: string, name: string): AsyncGenerator<Uint8Array> {
    const path = objectPath(bucket, name);
    let about: AboutObject | undefined;
    let at = 0;
    for (let failures = 0; ;) {
      try {
        about ??= await this.about(path);
        const { generation } = about;
        const from = at > 0 ? { range: `bytes=${at}-` } : undefined;
        for await (const part of this.rest.open(`${path}?alt=media&generation=${generation}`, from)) {
          failures = 0;
          at += part.length;
          yield part;
        }
        return;
      } catch (error) {
        failures += 1;
        // What is unpacked on the way has no middle that could be asked for.
        const goesOn = at === 0 || about?.contentEncoding === undefined;
        if (failures >= MOST_TRIES || !goesOn || !mayPass(error)) throw error;
        await pause(this.options.clock, pauseAfter(failures));
      }
    }
  }

  /** An object from anywhere: all of it of one version, that which was there when it was first asked for. */
  anywhere(bucket: string, name: string): Anywhere {
    const path = objectPath(bucket, name);
    let about: AboutObject | undefined;
    const found = async () => (about ??= await this.patiently(() => this.about(path)));
    return {
      size: async () => Number((await found()).size),
      bytes: async (start, end) => {
        if (end <= start) return new Uint8Array(0);
        const { generation } = await found();
        const headers = { range: `bytes=${start}-${end - 1}` };
        const { body } = await this.patiently(() =>
          this.rest.call(`${path}?alt=media&generation=${generation}`, { headers }),
        );
        return body;
      },
    };
  }

  /**
   * Makes an object of others of its bucket, one behind the other, where there is none of that name.
   * @param parts 1 to 32 names
   * @returns "missing" where one of them is not there
   * @see https://cloud.google.com/storage/docs/composing-objects
   */
  async composeObject(
    bucket: string,
    name: string,
    parts: readonly string[],
    metadata: Metadata,
  ): Promise<"created" | "exists" | "missing"> {
    const body = JSON.stringify({
      sourceObjects: parts.map((part) => ({ name: part })),
      destination: { contentType: "application/octet-stream", metadata },
    });
    const headers = { "content-type": "application/json" };
    const path = `${objectPath(bucket, name)}/compose?ifGenerationMatch=0&fields=generation`;
    const { status } = await this.rest.call(path, { method: "POST", headers, body }, 404, 412);
    return status === 412 ? "exists" : status === 404 ? "missing" : "created";
  }

  /** What was said of an object when it was made; undefined where there is none. */
  async metadataOf(bucket: string, name: string): Promise<Metadata | undefined> {
    const { status, body } = await this.rest.call(`${objectPath(bucket, name)}?fields=metadata`, {}, 404);
    if (status === 404) return undefined;
    return (JSON.parse(Buffer.from(body).toString()) as { readonly metadata?: Metadata }).metadata ?? {};
  }

  /** Names of objects that begin so. */
  async listObjects(bucket: string, prefix: string, from: string): Promise<string[]> {
    return (await this.objects(bucket, prefix, from)).map(({ name }) => name);
  }

  /** Objects that begin so, and how many bytes they have. */
  async objects(bucket: string, prefix: string, from = ""): Promise<{ name: string; bytes: number }[]> {
    const found: { name: string; bytes: number }[] = [];
    const query = new URLSearchParams({ prefix, fields: "items(name,size),nextPageToken" });
    if (from !== "") query.set("startOffset", from);
    for (;;) {
      const { body } = await this.rest.call(`/storage/v1/b/${bucket}/o?${query.toString()}`);
      const page = JSON.parse(Buffer.from(body).toString()) as ListAnswer;
      for (const { name, size } of page.items ?? []) found.push({ name, bytes: Number(size) });
      if (page.nextPageToken === undefined) return found;
      query.set("pageToken", page.nextPageToken);
    }
  }

  /** Tries again what may work later. */
  private async patiently<T>(call: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await call();
      } catch (error) {
        if (failures >= MOST_TRIES || !mayPass(error)) throw error;
        await pause(this.options.clock, pauseAfter(failures));
      }
    }
  }

  private async about(path: string): Promise<AboutObject> {
    const { body } = await this.rest.call(`${path}?fields=size,generation,contentEncoding`);
    return JSON.parse(Buffer.from(body).toString()) as AboutObject;
  }

  async deleteObject(bucket: string, name: string): Promise<void> {
    await this.rest.call(objectPath(bucket, name), { method: "DELETE" }, 404);
  }
}

const objectPath = (bucket: string, name: string): string => `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
