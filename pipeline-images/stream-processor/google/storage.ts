import { Rest, type RestOptions } from "./rest";

/** An answer takes so long at most: a record of some megabytes takes a second, and asking again is harmless. */
const TIMEOUT = 30_000;

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

  /** Names of objects that begin so. */
  async listObjects(bucket: string, prefix: string, from: string): Promise<string[]> {
    const names: string[] = [];
    const query = new URLSearchParams({ prefix, fields: "items(name),nextPageToken" });
    if (from !== "") query.set("startOffset", from);
    for (;;) {
      const { body } = await this.rest.call(`/storage/v1/b/${bucket}/o?${query.toString()}`);
      const page = JSON.parse(Buffer.from(body).toString()) as { items?: { name: string }[]; nextPageToken?: string };
      names.push(...(page.items ?? []).map(({ name }) => name));
      if (page.nextPageToken === undefined) return names;
      query.set("pageToken", page.nextPageToken);
    }
  }

  async deleteObject(bucket: string, name: string): Promise<void> {
    await this.rest.call(objectPath(bucket, name), { method: "DELETE" }, 404);
  }
}

const objectPath = (bucket: string, name: string): string => `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
