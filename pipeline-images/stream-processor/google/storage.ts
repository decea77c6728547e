import type { Anywhere } from "../formats/format";
import { Rest, type RestOptions } from "./rest";

/** An answer takes so long at most: a record of some megabytes takes a second, and asking again is harmless. */
const TIMEOUT = 30_000;

interface ListAnswer {
  readonly items?: readonly { readonly name: string; readonly size: string }[];
  readonly nextPageToken?: string;
}

/**
 * The few calls of Cloud Storage's JSON API that the processor makes.
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects
 */
export class CloudStorage {
  private readonly rest: Rest;

  constructor(options: RestOptions) {
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

  /** An object's content as it comes. @throws Error where there is none */
  openObject(bucket: string, name: string): AsyncGenerator<Uint8Array> {
    return this.rest.open(`${objectPath(bucket, name)}?alt=media`);
  }

  /** An object from anywhere: all of it of one version, that which was there when it was first asked for. */
  anywhere(bucket: string, name: string): Anywhere {
    const path = objectPath(bucket, name);
    let about: Promise<{ readonly size: string; readonly generation: string }> | undefined;
    const found = () =>
      (about ??= this.rest
        .call(`${path}?fields=size,generation`)
        .then(({ body }) => JSON.parse(Buffer.from(body).toString()) as { size: string; generation: string }));
    return {
      size: async () => Number((await found()).size),
      bytes: async (start, end) => {
        if (end <= start) return new Uint8Array(0);
        const { generation } = await found();
        const headers = { range: `bytes=${start}-${end - 1}` };
        return (await this.rest.call(`${path}?alt=media&generation=${generation}`, { headers })).body;
      },
    };
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

  async deleteObject(bucket: string, name: string): Promise<void> {
    await this.rest.call(objectPath(bucket, name), { method: "DELETE" }, 404);
  }
}

const objectPath = (bucket: string, name: string): string => `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
