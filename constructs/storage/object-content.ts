import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { AssetType, TerraformAsset } from "cdktf";
import type { Construct } from "constructs";
import { Site } from "../core/site";
import { addressName, literal } from "../core/text";

/** A file that is read when the stack is synthesized. */
export interface ObjectFile {
  /** Absolute, or relative to the folder of cdktf.json. */
  readonly file: string;
}

/** Longer texts do not stand in a plan. */
const LONGEST_TEXT = 64 * 1024;
/** What is larger is data, and data is not deployed. */
const LARGEST_FILE = 100 * 1024 * 1024;

/** What is wrong with a content, or undefined. */
export function contentProblem(content: string | ObjectFile): string | undefined {
  if (typeof content === "string") {
    return content === "" ? `content is empty: Terraform's provider uploads no object without any` : undefined;
  }
  const found = statSync(resolve(content.file), { throwIfNoEntry: false });
  if (found?.isFile() !== true) return `content.file is "${content.file}": there is no such file`;
  return found.size > LARGEST_FILE
    ? `content.file is "${content.file}", of ${found.size} bytes: more than ${LARGEST_FILE} is data, which is copied and not deployed (gcloud storage cp)`
    : undefined;
}

/** The text or the bytes. */
export const bytesOfContent = (content: string | ObjectFile): string | Uint8Array =>
  typeof content === "string" ? content : readFileSync(resolve(content.file));

/**
 * What Terraform's provider is told. A short text stands in the stack, where a plan shows that it changes. Everything
 * else is copied beside the stack, under a path that stays when the content changes: at another path, the provider
 * would delete the object before it makes it anew.
 *
 * @param key unique among the objects of the stack
 */
export function uploadOf(
  owner: Construct,
  key: string,
  content: string | ObjectFile,
): { readonly content: string } | { readonly source: string } {
  if (typeof content === "string") return { content: literal(content) };
  const file = resolve(content.file);
  const bytes = readFileSync(file);
  if (bytes.length > 0 && bytes.length <= LONGEST_TEXT && isUtf8(bytes)) return { content: literal(bytes.toString()) };
  const site = Site.of(owner);
  const name = `object-${addressName(key)}`;
  // Below the stack and with a hash of no content, so that neither code that moves nor a change makes another path.
  const asset = site.once(
    name,
    () => new TerraformAsset(site.stack, name, { path: file, type: AssetType.FILE, assetHash: "content" }),
  );
  return { source: `\${path.module}/${asset.path}` };
}

const types: { readonly [extension: string]: string } = {
  avro: "application/vnd.apache.avro",
  css: "text/css; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  gif: "image/gif",
  gz: "application/gzip",
  html: "text/html; charset=utf-8",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  jsonl: "application/x-ndjson",
  md: "text/markdown; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  ndjson: "application/x-ndjson",
  parquet: "application/vnd.apache.parquet",
  pdf: "application/pdf",
  png: "image/png",
  py: "text/x-python; charset=utf-8",
  sql: "application/sql",
  svg: "image/svg+xml",
  tsv: "text/tab-separated-values; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  webp: "image/webp",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  zip: "application/zip",
};

/** By the name's ending; without one that is known, text is text and a file is bytes. */
export function contentTypeOf(name: string, content: string | ObjectFile): string {
  const known = types[posix.extname(name).slice(1).toLowerCase()];
  return known ?? (typeof content === "string" ? "text/plain; charset=utf-8" : "application/octet-stream");
}
