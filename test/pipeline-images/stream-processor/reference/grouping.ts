/** Steps that put rows together by key and window: aggregates, and joins of two streams. */
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { AggregateSpec, FieldSpec, Json, StepSpec } from "../../../../pipeline/spec";
import { aggregate, bound, fold } from "./aggregates";
import { checked } from "./compiled";
import { type Element, keyOf, pick, wordsOf } from "./element";
import { type Pane, Panes, type Refused, type Strategy } from "./panes";
import type { Around, Stage } from "./stage";
import type { Window } from "./windows";

type StepOf<Kind> = Extract<StepSpec, { readonly kind: Kind }>;
interface Sided extends Element {
  readonly input: number;
}

/** A step that makes rows of each pane. */
abstract class Grouping implements Stage {
  private readonly panes: Panes<Sided>;
  /** By the text of the key, the row that had it first. */
  private readonly keys = new Map<string, AnyRow>();

  constructor(
    private readonly names: readonly string[],
    protected readonly around: Around,
  ) {
    this.panes = new Panes(around.strategy as Strategy, (pane) => this.fire(pane));
  }

  /** The rows that a pane gives. @throws what is refused */
  protected abstract rowsOf(key: AnyRow, pane: Pane<Sided>): readonly AnyRow[];
  /** @throws where a row cannot be put to others */
  protected abstract fits(together: readonly Sided[]): void;

  take(element: Element, input: number): void {
    const { row, time, windows = [] } = element;
    const key = keyOf(row, this.names);
    if (!this.keys.has(key)) this.keys.set(key, pick(row, this.names));
    try {
      for (const window of windows) {
        const sided = { ...element, input };
        const fits = (there: readonly Sided[]): void => this.fits([...there, sided]);
        const why = this.panes.take(key, window, sided, this.around.current.now, fits);
        if (why !== undefined) this.around.refuse({ reason: "late", error: lateWords(why, window), row, time });
      }
    } catch (error) {
      this.around.refuse({ reason: "function", error: wordsOf(error), row, time });
    }
  }

  settle(): void {
    this.panes.ask(this.around.current.now);
  }

  advanceWatermark(to: number): void {
    this.panes.advanceWatermark(to, this.around.current.now);
  }

  get outputWatermark(): number {
    return this.panes.outputWatermark;
  }

  private fire(pane: Pane<Sided>): void {
    const key = this.keys.get(pane.key) as AnyRow;
    // The last moment of the window, as Beam's rows have it.
    const time = pane.window.end - 1;
    try {
      for (const row of this.rowsOf(key, pane)) this.around.emit({ row, time, windows: [pane.window] });
    } catch (error) {
      this.around.refuse({ reason: "function", error: wordsOf(error), row: key, time });
    }
  }
}

export class Aggregate extends Grouping {
  constructor(
    private readonly step: StepOf<"aggregate">,
    around: Around,
  ) {
    super(step.keys ?? [], around);
  }

  protected fits(together: readonly Sided[]): void {
    for (const spec of this.step.aggregates) if (spec.kind === "combine") fold(spec, together);
  }

  protected rowsOf(key: AnyRow, pane: Pane<Sided>): readonly AnyRow[] {
    const fields = this.around.fields[0] as readonly FieldSpec[];
    const values = this.step.aggregates.map((spec: AggregateSpec) => [spec.name, aggregate(spec, pane, fields)]);
    return [checked(this.step.fields, { ...key, ...Object.fromEntries(values) })];
  }
}

export class Join extends Grouping {
  constructor(
    private readonly step: StepOf<"join">,
    around: Around,
  ) {
    super(step.on, around);
  }

  protected fits(): void {}

  protected rowsOf(key: AnyRow, { elements }: Pane<Sided>): readonly AnyRow[] {
    const { type, on } = this.step;
    const [left = [], right = []] = [0, 1].map((input) => elements.filter((one) => one.input === input));
    // A null meets nothing.
    const meets = Object.values(key).every((value) => value !== null);
    const pairs = meets ? left.flatMap((one) => right.map((other) => ({ ...other.row, ...one.row }))) : [];
    const alone = (rows: readonly Sided[], others: readonly Sided[]): readonly Sided[] =>
      meets && others.length > 0 ? [] : rows;
    const [leftFields, rightFields] = this.around.fields.map((fields) =>
      fields.filter(({ name }) => !on.includes(name)),
    );
    return [
      ...pairs,
      ...(type === "inner" ? [] : alone(left, right).map(({ row }) => ({ ...absent(rightFields), ...row }))),
      ...(type === "full" ? alone(right, left).map(({ row }) => ({ ...absent(leftFields), ...row })) : []),
    ];
  }
}

/** The fields of a side that is missing. */
export const absent = (fields: readonly FieldSpec[] = []): AnyRow =>
  Object.fromEntries(fields.map(({ name, mode }): [string, Json] => [name, mode === "REPEATED" ? [] : null]));

function lateWords(why: Refused, { start, end }: Window): string {
  const window = end === Infinity ? "the global window" : `the window from ${bound(start)} to ${bound(end)}`;
  return why === "expired"
    ? `it came after ${window} and its allowed lateness had passed`
    : `it came after the last pane of ${window}: its trigger never fires again`;
}
