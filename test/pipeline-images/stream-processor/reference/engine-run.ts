/** The engine, told what a script tells the model. The one place that knows how an engine is driven. */
import type { PipelineSpec } from "../../../../pipeline/spec";
import type { AnyRow } from "../../../../pipeline/schema/row";
import { RecordedState } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-state";
import { StateChanges } from "../../../../pipeline-images/stream-processor/checkpoint/state-changes";
import { Engine } from "../../../../pipeline-images/stream-processor/operators/engine";
import { GivenMessages } from "../support/messages";
import { type Came, ERRORS, type Happening, NOON, type Script } from "./script";

/** What comes out of the engine at each happening of a script. */
export function run(spec: PipelineSpec, script: Script): readonly Came[] {
  const running = new Running(spec);
  return script.map((happening) => running.live(happening));
}

class Running {
  private came: { [output: string]: AnyRow[] } = {};
  private readonly state = new RecordedState();
  private readonly sides = new Map<string, readonly AnyRow[]>();
  private engine: Engine;
  private now = NOON;
  private readonly lastMessages = new Map<string, number>();

  constructor(private readonly spec: PipelineSpec) {
    this.engine = this.make();
  }

  live(happening: Happening): Came {
    this.came = {};
    const { engine } = this;
    switch (happening.kind) {
      case "clock":
        this.now = happening.now;
        engine.advanceClock(this.now);
        break;
      case "batch": {
        const batch = new GivenMessages(happening.messages, this.now);
        const input = engine.input(happening.input);
        this.lastMessages.set(happening.input, this.now);
        engine.advanceClock(this.now);
        for (let place = 0; place < batch.count; place += 1) input.take(batch, place);
        engine.endBatch();
        break;
      }
      case "watermark": {
        const { published: time, quiet, behind = {} } = happening;
        const told = Object.entries(this.spec.inputs).flatMap(([name, { kind }]) => {
          const lastMessage = this.lastMessages.get(name) ?? -Infinity;
          return kind === "side" ? [] : [[name, { time: time - (behind[name] ?? 0), quiet, lastMessage }] as const];
        });
        engine.advanceWatermark(new Map(told));
        break;
      }
      case "end":
        engine.close();
        break;
      case "side":
        this.sides.set(happening.input, happening.rows);
        engine.setSide(happening.input, happening.rows);
        break;
      case "restart":
        this.restart();
    }
    return this.came;
  }

  private restart(): void {
    const changes = new StateChanges();
    this.engine.writeChanges(changes);
    this.state.apply(changes.take());
    const recorded = new RecordedState();
    recorded.apply(this.state.encode());
    this.engine = this.make();
    this.engine.restore(recorded);
    this.engine.advanceClock(this.now);
  }

  private make(): Engine {
    const into =
      (name: string) =>
      (row: AnyRow): void =>
        void (this.came[name] ??= []).push(row);
    const engine = new Engine({ spec: this.spec, output: into, errors: into(ERRORS) });
    // Side inputs are no state: whoever starts reads them.
    for (const [name, rows] of this.sides) engine.setSide(name, rows);
    engine.advanceClock(this.now);
    return engine;
  }
}
