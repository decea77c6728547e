/** The reference model, told what the processors were told, in the order in which they were told it. */
import type { PipelineSpec } from "../../pipeline/spec";
import { expected } from "../../test/pipeline-images/stream-processor/reference/model";
import type { Happening, Script } from "../../test/pipeline-images/stream-processor/reference/script";
import type { GivenMessage } from "../../test/pipeline-images/stream-processor/support/messages";
import type { Happened } from "./recording";
import type { Click, PaneRow } from "./pipelines";

/** @returns the rows of the output `panes` */
export function replay(
  spec: PipelineSpec,
  recording: readonly Happened[],
  published: ReadonlyMap<string, Click>,
): readonly PaneRow[] {
  const came = expected(spec, scriptOf(recording, published));
  return came.flatMap(({ panes = [] }) => panes as readonly unknown[] as readonly PaneRow[]);
}

function scriptOf(recording: readonly Happened[], published: ReadonlyMap<string, Click>): Script {
  const script: Happening[] = [];
  let input = "";
  let messages: GivenMessage[] = [];
  let watermark = "";
  for (const happened of recording) {
    switch (happened[0]) {
      case "clock":
        // Of moments between which nothing else was, the last is as good as all.
        if (script.at(-1)?.kind === "clock") script.pop();
        script.push({ kind: "clock", now: happened[1] });
        break;
      case "message": {
        const [, of, id, at] = happened;
        const data = published.get(id);
        if (data === undefined) throw new Error(`message ${id} was worked on, and was never published`);
        input = of;
        messages.push({ data, id, published: at });
        break;
      }
      case "refused":
        break;
      case "together":
        if (messages.length > 0) script.push({ kind: "batch", input, messages });
        messages = [];
        break;
      case "watermark": {
        const text = JSON.stringify(happened);
        // Told the same again it stays where it is, unless rows came meanwhile.
        if (text === watermark && script.at(-1)?.kind === "clock") break;
        watermark = text;
        const [, of, time, quiet, lastMessage] = happened;
        script.push({
          kind: "watermark",
          published: time ?? -Infinity,
          quiet,
          lastMessages: { [of]: lastMessage ?? -Infinity },
        });
        break;
      }
      case "end":
        script.push({ kind: "end" });
    }
  }
  return script;
}
