import type { ServerResponse } from "node:http";

/**
 * Server-sent events to the pages that are open. A page that does not read is dropped: it comes back by itself.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream {
  private readonly open = new Set<ServerResponse>();

  /** @param first what this page is told before all else */
  connect(response: ServerResponse, first: readonly (readonly [name: string, data: unknown])[]): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    for (const [name, data] of first) response.write(frame(name, data));
    this.open.add(response);
    response.once("close", () => this.open.delete(response));
  }

  send(name: string, data: unknown): void {
    if (this.open.size === 0) return;
    const text = frame(name, data);
    for (const response of this.open) {
      if (response.writableLength > MOST_UNREAD) {
        this.open.delete(response);
        response.destroy();
      } else response.write(text);
    }
  }

  close(): void {
    for (const response of this.open) response.end();
    this.open.clear();
  }
}

const MOST_UNREAD = 4 * 1024 * 1024;

/** JSON has no line breaks, which end an event's data. */
const frame = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
