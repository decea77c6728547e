/**
 * Google's front as a program in the cloud meets it, told nothing of a bench: names under googleapis.com, TLS, and
 * tokens of a metadata server. gRPC asks the proxy that its environment names for the way to those names, and is put
 * through to the server here: the bytes are encrypted, and nobody passes them on.
 */
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { type Server, ServerCredentials } from "@grpc/grpc-js";
import { certificateFor } from "./certificate";

const HOSTS = ["pubsub.googleapis.com", "bigquerystorage.googleapis.com"];
const TOKEN = JSON.stringify({ access_token: "t".repeat(1_024), expires_in: 3_600, token_type: "Bearer" });

export interface Front {
  /** host:port of the proxy and of the metadata server. */
  readonly address: string;
  /** PEM of what is to be trusted. */
  readonly root: string;
}

/** Listens, and passes each connection to the server of the services. */
export async function front(server: Server): Promise<Front> {
  const { certificate, key } = certificateFor(HOSTS, Date.now());
  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(certificate) };
  const services = server.createConnectionInjector(ServerCredentials.createSsl(null, [pair]));
  const listening = createServer((request, answer) => {
    answer.setHeader("metadata-flavor", "Google");
    const { url = "" } = request;
    if (url.includes("/service-accounts/default/token")) {
      answer.setHeader("content-type", "application/json").end(TOKEN);
    } else if (url === "/" || url === "/computeMetadata/v1/instance") {
      answer.end();
    } else {
      answer.writeHead(404).end();
    }
  });
  listening.on("connect", ({ url = "" }, socket: Socket) => {
    if (!HOSTS.includes(url.replace(/:443$/, ""))) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    socket.on("error", () => {});
    socket.setNoDelay(true);
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    services.injectConnection(socket);
  });
  const port = await new Promise<number>((resolve) => {
    listening.listen(0, "127.0.0.1", () => {
      const address = listening.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  return { address: `127.0.0.1:${port}`, root: certificate };
}
