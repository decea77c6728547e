/** Side inputs: read before anything else, and again as often as they say. What was read last stands until then. */
import type { InputBinding } from "../../../pipeline/bindings";
import { milliseconds } from "../../../pipeline/duration";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { InputSpec, PipelineSpec } from "../../../pipeline/spec";
import type { Clock } from "../../../runtime/clock";
import { persistently } from "../../../runtime/retry";
import type { Troubles } from "./troubles";

/** Reads all rows of a side input from where it comes. */
export type ReadSide = (binding: InputBinding, input: InputSpec) => Promise<readonly AnyRow[]>;

export interface SidesOptions {
  readonly spec: PipelineSpec;
  readonly bindings: { readonly [input: string]: InputBinding };
  readonly read: ReadSide;
  readonly clock: Clock;
  readonly troubles: Troubles;
}

type SetSide = (name: string, rows: readonly AnyRow[]) => void;

export class Sides {
  private readonly rows = new Map<string, readonly AnyRow[]>();
  private set: SetSide = () => {};
  private over = false;

  constructor(private readonly options: SidesOptions) {}

  /** Resolves once all of them are read: without them rows would go on as if nothing was known of them. */
  async load(): Promise<void> {
    const sides = Object.entries(this.options.spec.inputs).filter(([, { kind }]) => kind === "side");
    await Promise.all(sides.map(async ([name, input]) => this.read(name, input)));
  }

  /** Gives what was read, and from now on what is read again. */
  attach(set: SetSide): void {
    this.set = set;
    for (const [name, rows] of this.rows) set(name, rows);
  }

  /** Nothing is read any more. */
  stop(): void {
    this.over = true;
  }

  private async read(name: string, input: InputSpec): Promise<void> {
    const { bindings, read, clock, troubles } = this.options;
    const binding = bindings[name];
    if (binding === undefined) return;
    const rows = await persistently(clock, troubles.about(`side input ${name}`), async () =>
      this.over ? undefined : read(binding, input),
    );
    if (this.over || rows === undefined) return;
    this.rows.set(name, rows);
    this.set(name, rows);
    if (input.refresh !== undefined) clock.after(milliseconds(input.refresh), () => void this.read(name, input));
  }
}
