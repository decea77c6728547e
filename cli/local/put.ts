/** Files of this machine as objects of the local buckets, for a job that reads what is there. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Door } from "../../local/service";
import { CommandError } from "../command-error";

export interface Put {
  /** Of this machine. */
  readonly file: string;
  readonly bucket: string;
  readonly object: string;
}

/** @throws CommandError where a word is no file=gs://bucket/object */
export function readPuts(words: readonly string[] = []): readonly Put[] {
  return words.map((word) => {
    const [, file, bucket, object] = /^(.+)=gs:\/\/([^/]+)\/(.+)$/.exec(word) ?? [];
    if (file !== undefined && bucket !== undefined && object !== undefined) return { file, bucket, object };
    throw new CommandError(`--put ${word}: it is <file>=gs://<bucket>/<object>`, 2);
  });
}

/** @throws CommandError where a file cannot be read, or there is no such bucket */
export async function putObjects(puts: readonly Put[], cwd: string, { http }: Door): Promise<void> {
  for (const { file, bucket, object } of puts) {
    const url = `${http}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?uploadType=media`;
    // In the order in which they are named: the last one of a name stands.
    const body = await readFile(resolve(cwd, file)).catch((error: unknown) => {
      throw new CommandError(`--put: ${error instanceof Error ? error.message : String(error)}`);
    });
    const answer = await fetch(`${url}&name=${encodeURIComponent(object)}`, { method: "POST", body });
    const text = await answer.text();
    if (!answer.ok) throw new CommandError(`--put ${file} to gs://${bucket}/${object}: ${reasonIn(text)}`);
  }
}

function reasonIn(text: string): string {
  try {
    return (JSON.parse(text) as { readonly error: { readonly message: string } }).error.message;
  } catch {
    return text;
  }
}
