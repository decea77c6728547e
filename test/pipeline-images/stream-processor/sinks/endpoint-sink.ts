/** A sample of a sink: rows are posted to an HTTP endpoint, each with an id that stays the same when it comes again. */
import {
  IdempotentOutput,
  directIdempotent,
  type IdempotentSink,
} from "../../../../pipeline-images/stream-processor/sinks/idempotent-output";
import type { OwnBinding } from "../../../../pipeline-images/stream-processor/sinks/own-sinks";
import type { SinkKind } from "../../../../pipeline-images/stream-processor/sinks/sink";
import { rowIds } from "../../../../pipeline-images/stream-processor/sinks/topic-sink";
import type { AnyRow } from "../../../../pipeline/schema/row";

export const endpointSink: SinkKind<OwnBinding> = {
  name({ options }) {
    if (options["url"] === undefined) throw new Error("an endpoint has no url: give it among its options");
    return options["url"];
  },
  logged(of) {
    const id = (request: number, place: number): string => `${of.begun}-${of.output}-${request}-${place}`;
    return new IdempotentOutput(posts(this.name(of.binding), id), of, of.recorded);
  },
  direct(of) {
    return directIdempotent(posts(this.name(of.binding), rowIds(of.output, of.moment)), of);
  },
};

function posts(url: string, id: (request: number, place: number) => string | undefined): IdempotentSink {
  return {
    mostRows: 500,
    encode: (row, writer, request, place) =>
      void writer.raw(Buffer.from(JSON.stringify({ id: id(request, place), row }))),
    async send(rows) {
      const body = `[${rows.map(textOf).join()}]`;
      const answer = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(30_000) });
      if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
      const { refused } = (await answer.json()) as { readonly refused: readonly (readonly [number, string])[] };
      return new Map(refused);
    },
    readable: (row) => (JSON.parse(textOf(row)) as { readonly row: AnyRow }).row,
  };
}

const textOf = (row: Uint8Array): string => Buffer.from(row).toString();
