/** Load jobs with the file in the request. @see https://cloud.google.com/bigquery/docs/loading-data-local */
import { randomUUID } from "node:crypto";
import { CloudError } from "../../../errors";
import { readBody } from "../../../http";
import type { Exchange, RestMethod } from "../../../routes";
import type { Caller } from "../../../service";
import { isBody, type Body } from "./exchange";
import { insertJob, type JobParts } from "./jobs";

/** Of a file in a request; larger ones go through Cloud Storage. */
const LIMIT = 256 * 1024 * 1024;

export function uploadMethods(job: JobParts, caller: Caller): readonly RestMethod[] {
  /** Resumable uploads: the job as it was described, until its bytes come. */
  const sessions = new Map<string, Body>();
  return [
    {
      verb: "POST",
      path: "projects/{project}/jobs",
      async answer(exchange) {
        const type = exchange.query.get("uploadType");
        if (type === "multipart") {
          const { metadata, media } = multipart(
            await readBody(exchange.request, LIMIT),
            exchange.request.headers["content-type"] ?? "",
          );
          return start(job, caller, metadata, media, exchange);
        }
        if (type !== "resumable")
          throw new CloudError(
            "INVALID_ARGUMENT",
            `uploadType is ${type ?? "missing"}: multipart or resumable is wanted`,
          );
        const metadata = await exchange.json();
        const id = randomUUID();
        sessions.set(id, isBody(metadata) ? metadata : {});
        const { project } = job.parts;
        const location = `${exchange.base}/upload/bigquery/v2/projects/${project}/jobs?uploadType=resumable&upload_id=${id}`;
        exchange.response.writeHead(200, { location, "content-length": 0 }).end();
        return undefined;
      },
    },
    {
      verb: "PUT",
      path: "projects/{project}/jobs",
      async answer(exchange) {
        const id = exchange.query.get("upload_id") ?? "";
        const metadata = sessions.get(id);
        if (metadata === undefined) throw new CloudError("NOT_FOUND", "This upload is not known");
        const media = await readBody(exchange.request, LIMIT);
        sessions.delete(id);
        return start(job, caller, metadata, media, exchange);
      },
    },
  ];
}

function start(job: JobParts, caller: Caller, metadata: Body, media: Buffer, exchange: Exchange): Promise<unknown> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield media;
  }
  return insertJob(job, caller, metadata, exchange, { name: "upload", open: () => Promise.resolve(bytes()) });
}

function multipart(body: Buffer, contentType: string): { readonly metadata: Body; readonly media: Buffer } {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const delimiter = Buffer.from(`--${boundary?.[1] ?? boundary?.[2] ?? ""}`);
  const malformed = new CloudError(
    "INVALID_ARGUMENT",
    "Malformed multipart body: two parts are wanted, JSON and the file",
  );
  const places: number[] = [];
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + delimiter.length)) places.push(at);
  const [first, second] = places;
  const last = places.at(-1);
  if (boundary === null || first === undefined || second === undefined || last === undefined || last === second) {
    throw malformed;
  }
  const part = (from: number, to: number): Buffer => {
    const head = body.indexOf("\r\n\r\n", from);
    return body.subarray(head + 4, to - 2);
  };
  const metadata: unknown = JSON.parse(part(first, second).toString("utf8"));
  if (!isBody(metadata)) throw malformed;
  return { metadata, media: part(second, last) };
}
