/** A sink of rows by their keys, without a processor around it: what a test gives it goes to an emulator. */
import type { OutputBinding } from "../../../../pipeline/bindings";
import { type Columns, fieldSpecs } from "../../../../pipeline/schema/field-spec";
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { Json } from "../../../../pipeline/spec";
import { type Clock, systemClock } from "../../../../runtime/clock";
import { RecordedOutput } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-output";
import { cloudOf } from "../../../../pipeline-images/stream-processor/google/cloud";
import { sinkClients } from "../../../../pipeline-images/stream-processor/google/sink-clients";
import { Moment } from "../../../../pipeline-images/stream-processor/operators/flow";
import type { Environment } from "../../../../pipeline-images/stream-processor/settings";
import { sinkKind } from "../../../../pipeline-images/stream-processor/sinks/kinds";
import { GivenMessages } from "./messages";

/** @param columns of the rows */
export function keyedRows(
  environment: Environment,
  binding: OutputBinding,
  columns: Columns,
  clock: Clock = systemClock,
) {
  const refused: (readonly [Json, string])[] = [];
  const troubles: string[] = [];
  const moment = new Moment();
  const options = {
    output: "out",
    binding,
    fields: fieldSpecs(columns),
    clients: sinkClients(cloudOf(environment, systemClock), systemClock),
    moment: () => moment,
    refuse: (row: Json, why: string) => void refused.push([row, why]),
  };
  const direct = sinkKind(binding).direct(options);
  return {
    refused,
    troubles,
    /** Without a log: rows of a message that was published then, in milliseconds. */
    pushed: (published: number, ...rows: AnyRow[]): Promise<number> => {
      moment.messages = new GivenMessages([{ data: "" }], published);
      for (const row of rows) direct.take(row, 0);
      return direct.send();
    },
    /** With a log: a sink that goes on where another has left it. */
    owner: (recorded = new RecordedOutput("out")) => {
      let live = true;
      let wake: (() => void) | undefined;
      const logged = {
        ...options,
        recorded,
        parts: new Map(),
        rowWindow: undefined,
        watermark: () => Number.NEGATIVE_INFINITY,
        term: 1,
        begun: 0,
        assume: undefined,
        clock,
        trouble: (error: unknown) => void (error instanceof Error && troubles.push(error.message)),
        mayLeave: () => live,
        record: () => wake?.(),
        progress: () => wake?.(),
        fail: (problem: Error) => void troubles.push(problem.message),
      };
      const output = sinkKind(binding).logged(logged);
      void output.run();
      const record = (): void => {
        for (const change of output.takeChanges()) {
          recorded.apply(change);
          output.release(change);
        }
      };
      return {
        recorded,
        take: (...rows: AnyRow[]) => rows.forEach((row) => output.take(row, 0)),
        record,
        /** Records until all is written. */
        async written(): Promise<void> {
          while (output.changed || output.unwritten > 0) {
            const more = new Promise<void>((resolve) => (wake = resolve));
            record();
            if (output.unwritten > 0) await more;
          }
        },
        kill: () => void (live = false),
      };
    },
  };
}
