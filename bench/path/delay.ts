/** A way that takes time: what comes in goes out so much later, in its order. */
import { connect, createServer, type Socket } from "node:net";

/** Bytes that are underway at most, each way. */
const MOST = 64 * 1024 * 1024;

/**
 * Listens, and passes on to a port of this machine.
 * @param milliseconds of each way
 * @returns the port that it listens on
 */
export function delayed(port: number, milliseconds: number): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on("error", () => {
        near.destroy();
        far.destroy();
      });
    }
    pass(near, far, milliseconds);
    pass(far, near, milliseconds);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

function pass(from: Socket, to: Socket, milliseconds: number): void {
  let underway = 0;
  from.on("data", (chunk) => {
    underway += chunk.length;
    if (underway > MOST) from.pause();
    setTimeout(() => {
      underway -= chunk.length;
      to.write(chunk);
      if (underway <= MOST) from.resume();
    }, milliseconds);
  });
  from.on("end", () => setTimeout(() => to.end(), milliseconds));
}
