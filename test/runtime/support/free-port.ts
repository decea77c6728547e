import { once } from "node:events";
import { createServer } from "node:net";

/** Below those that systems give to connections that go out: one of these is not taken before somebody listens to it. */
const FIRST = 20_000;
const PORTS = 12_000;

/** A port of this machine that nobody listens to: of many that are tried by chance, so that two who ask get two. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * PORTS);
    const server = createServer().listen(port);
    const free = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!free) continue;
    await new Promise((resolve) => void server.close(resolve));
    return port;
  }
}
