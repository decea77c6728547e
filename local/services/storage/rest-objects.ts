import { CloudError } from "../../errors";
import type { Exchange, RestMethod } from "../../routes";
import type { Caller } from "../../service";
import type { BucketObjects } from "./bucket-objects";
import { preconditionsOf } from "./preconditions";
import { isObject, objectResourceOf, objectSettings, type ObjectSettings } from "./records";
import { sendMedia } from "./rest-media";
import { PreconditionFailed, type ObjectStore } from "./store";

/** @see https://cloud.google.com/storage/docs/json_api/v1/objects */
export function objectMethods(objects: BucketObjects, store: ObjectStore, caller: Caller): readonly RestMethod[] {
  const get = async (exchange: Exchange): Promise<unknown> => {
    const { bucket, object, generation } = target(exchange);
    const wanted = preconditionsOf(exchange.query);
    if (exchange.query.get("alt") !== "media") {
      return objectResourceOf(objects.get(caller, bucket, object, wanted, generation), exchange.base);
    }
    const { record, file } = await objects.read(caller, bucket, object, wanted, generation);
    return sendMedia(exchange, record, file);
  };
  const patch = async (exchange: Exchange): Promise<unknown> => {
    const { bucket, object } = target(exchange);
    const body = await bodyOf(exchange);
    const record = await objects.patch(caller, bucket, object, preconditionsOf(exchange.query), body);
    return objectResourceOf(record, exchange.base);
  };
  const copy = async (exchange: Exchange): Promise<unknown> => {
    const { query, path } = exchange;
    const { bucket, object } = target(exchange);
    const record = await objects.copy(
      caller,
      {
        bucket,
        name: object,
        generation: generationOf(query, "sourceGeneration"),
        wanted: preconditionsOf(query, "ifSource"),
      },
      { bucket: path.toBucket ?? bucket, name: path.toObject as string, wanted: preconditionsOf(query) },
      given(await bodyOf(exchange)),
    );
    return objectResourceOf(record, exchange.base);
  };

  return withNotModified([
    {
      verb: "GET",
      path: "b/{bucket}/o",
      answer({ path, query, base }) {
        const bucket = path.bucket as string;
        const page = objects.list(caller, bucket, {
          prefix: query.get("prefix") ?? undefined,
          delimiter: query.get("delimiter") ?? undefined,
          startOffset: query.get("startOffset") ?? undefined,
          endOffset: query.get("endOffset") ?? undefined,
          includeTrailingDelimiter: query.get("includeTrailingDelimiter") === "true",
          maxResults: Math.min(1000, Math.max(1, Number(query.get("maxResults") ?? 1000))),
          pageToken: query.get("pageToken") ?? undefined,
        });
        return {
          kind: "storage#objects",
          ...(page.names.length === 0
            ? {}
            : { items: page.names.map((name) => objectResourceOf(store.object(bucket, name), base)) }),
          ...(page.prefixes.length === 0 ? {} : { prefixes: page.prefixes }),
          ...(page.nextPageToken === undefined ? {} : { nextPageToken: page.nextPageToken }),
        };
      },
    },
    { verb: "GET", path: "b/{bucket}/o/{object}", answer: get },
    { verb: "PATCH", path: "b/{bucket}/o/{object}", answer: patch },
    { verb: "PUT", path: "b/{bucket}/o/{object}", answer: patch },
    {
      verb: "DELETE",
      path: "b/{bucket}/o/{object}",
      async answer(exchange) {
        const { bucket, object, generation } = target(exchange);
        await objects.delete(caller, bucket, object, preconditionsOf(exchange.query), generation);
        exchange.response.writeHead(204).end();
        return undefined;
      },
    },
    {
      verb: "POST",
      path: "b/{bucket}/o/{object}/compose",
      async answer(exchange) {
        const { bucket, object } = target(exchange);
        const body = await bodyOf(exchange);
        const destination = isObject(body.destination) ? objectSettings(body.destination) : {};
        const wanted = preconditionsOf(exchange.query);
        const record = await objects.compose(caller, bucket, object, sourcesOf(body), destination, wanted);
        return objectResourceOf(record, exchange.base);
      },
    },
    { verb: "POST", path: "b/{bucket}/o/{object}/copyTo/b/{toBucket}/o/{toObject}", answer: copy },
    {
      verb: "POST",
      path: "b/{bucket}/o/{object}/rewriteTo/b/{toBucket}/o/{toObject}",
      async answer(exchange) {
        const resource = (await copy(exchange)) as { readonly size: string };
        const { size } = resource;
        return { kind: "storage#rewriteResponse", totalBytesRewritten: size, objectSize: size, done: true, resource };
      },
    },
    {
      verb: "POST",
      path: "b/{bucket}/o/{object}/moveTo/o/{toObject}",
      async answer(exchange) {
        const { bucket, object } = target(exchange);
        const moved = await copy(exchange);
        await objects.delete(caller, bucket, object, preconditionsOf(exchange.query, "ifSource"));
        return moved;
      },
    },
  ]);
}

/** Bytes alone, below /download/: the same method with `alt=media` said by the path. */
export function downloadMethods(objects: BucketObjects, caller: Caller): readonly RestMethod[] {
  return withNotModified([
    {
      verb: "GET",
      path: "b/{bucket}/o/{object}",
      async answer(exchange) {
        const { bucket, object, generation } = target(exchange);
        const wanted = preconditionsOf(exchange.query);
        const { record, file } = await objects.read(caller, bucket, object, wanted, generation);
        return sendMedia(exchange, record, file);
      },
    },
  ]);
}

/** 304 is an answer without a body, not an error with one. */
function withNotModified(methods: readonly RestMethod[]): readonly RestMethod[] {
  return methods.map((method) => ({
    ...method,
    async answer(exchange: Exchange) {
      try {
        return await method.answer(exchange);
      } catch (error) {
        if (!(error instanceof PreconditionFailed) || error.verdict !== "304") throw error;
        exchange.response.writeHead(304).end();
        return undefined;
      }
    },
  }));
}

function target({ path, query }: Exchange): { bucket: string; object: string; generation: number | undefined } {
  return {
    bucket: path.bucket as string,
    object: path.object as string,
    generation: generationOf(query, "generation"),
  };
}

function generationOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text === null ? undefined : Number(text);
}

async function bodyOf(exchange: Exchange): Promise<{ readonly [name: string]: unknown }> {
  const body = await exchange.json();
  if (isObject(body)) return body;
  throw new CloudError("INVALID_ARGUMENT", "The body has to be a JSON object.");
}

/** A copy keeps the source's settings unless the request brings its own. */
function given(body: { readonly [name: string]: unknown }): ObjectSettings | undefined {
  const settings = objectSettings(body);
  return Object.keys(settings).length === 0 ? undefined : settings;
}

function sourcesOf(body: { readonly [name: string]: unknown }) {
  const list: readonly unknown[] = Array.isArray(body.sourceObjects) ? body.sourceObjects : [];
  return list.filter(isObject).map((source) => ({
    name: String(source.name),
    generation: source.generation === undefined ? undefined : Number(source.generation),
    wanted: isObject(source.objectPreconditions)
      ? preconditionsOf(new URLSearchParams(source.objectPreconditions as { [name: string]: string }))
      : {},
  }));
}
