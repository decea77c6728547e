/** Google's own emulators, where this machine has them: parts of gcloud, which are found beside it. */
import { once } from "node:events";
import { existsSync, realpathSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { delimiter, dirname, join } from "node:path";

/** A program that is installed beside another one: in the folder above the one that has it, links followed. */
export function programOf(command: string, path: string): string | undefined {
  const found = onPath(command);
  if (found === undefined) return undefined;
  const beside = join(dirname(realpathSync(found)), "..", path);
  return existsSync(beside) ? beside : undefined;
}

export function onPath(command: string): string | undefined {
  const places = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, command));
  return places.find((place) => existsSync(place));
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
