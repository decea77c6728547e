/** A handler that serves over a real socket, beside the local cloud's Pub/Sub. */
import { afterEach } from "vitest";
import type { Route } from "../../handler";
import { Surroundings } from "../../handler/context";
import type { EventHandlerEnvironment } from "../../handler/contract";
import { serve, type Routes } from "../../handler/serve";
import { localServices } from "../pipeline-images/stream-processor/support/local";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

export async function serving(
  routes: (around: Surroundings) => Routes,
  settings: EventHandlerEnvironment & { readonly [name: string]: string } = {},
  mostBytes?: number,
) {
  const lines: { readonly [field: string]: unknown }[] = [];
  const around = new Surroundings(settings, (line) =>
    lines.push(JSON.parse(line) as { readonly [field: string]: unknown }),
  );
  const { port, stop } = await serve(routes(around), { port: 0, around, mostBytes });
  closing.push(stop);
  const ask = async (
    method: string,
    path: string,
    body?: RequestInit["body"],
    headers: { [name: string]: string } = {},
  ) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body, headers });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  };
  /** As Pub/Sub does. */
  const push = (data: string | object, more: object = {}, headers: { [name: string]: string } = {}) => {
    const text = typeof data === "string" ? data : JSON.stringify(data);
    const message = { data: Buffer.from(text).toString("base64"), messageId: "7", ...more };
    return ask("POST", "/", JSON.stringify({ message, subscription: "projects/acme-dev/subscriptions/s" }), headers);
  };
  return { port, lines, ask, push, stop };
}

/** A handler of one route, and topics that it may publish to: "results" and "failures". */
export async function servingBeside(route: (around: Surroundings) => Route) {
  const { apply, environment, pubsub } = await localServices();
  for (const name of ["results", "failures"]) {
    await apply("google_pubsub_topic", { name });
    await apply("google_pubsub_subscription", { name, topic: `projects/acme-dev/topics/${name}` });
  }
  const served = await serving((around) => ({ "POST /": route(around) }), {
    PUBLISH_TO: "projects/acme-dev/topics/results",
    FAILURES: "projects/acme-dev/topics/failures",
    ...(environment as { readonly [name: string]: string }),
  });
  const published = (topic: "results" | "failures") =>
    pubsub.peek(`projects/acme-dev/subscriptions/${topic}`, 10).map(({ data, attributes, orderingKey }) => ({
      data: Buffer.from(data).toString(),
      attributes,
      orderingKey,
    }));
  return { ...served, environment, published };
}
