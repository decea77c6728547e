import type { Duration } from "../duration";
import { after, type Draft, type Node } from "../graph/graph";
import type { StepReport } from "../graph/report";
import type { Fields, Row } from "../schema/field";
import { fieldSpecs } from "../schema/field-spec";
import { RowError, type AnyRow } from "../schema/row";
import { fieldProblems } from "../schema/schema";
import { compileCheck } from "../schema/value";
import { carryRowFunction, sayKeys } from "./checks";
import { remembering } from "./distinct";
import { optionFunction, type Constants, type Context, type StepOptions } from "./function";

/** What a function of `.stateful(...)` gives back. */
interface Answer<State extends Fields, Output extends Fields> {
  /** What is kept for the key until its next row. */
  readonly state: Row<State>;
  readonly output: readonly Row<Output>[];
  /**
   * When `onTimer` is called for the key, in event time: RFC 3339 text. A later one replaces it, null takes it back.
   * @default it stays as it is
   */
  readonly timer?: string | null;
}

/** As {@link Answer}; a state of null forgets the key. */
interface TimerAnswer<State extends Fields, Output extends Fields> {
  readonly state: Row<State> | null;
  readonly output: readonly Row<Output>[];
  /** After the time that it was called for: one that is not would be due at once, without an end. */
  readonly timer?: string | null;
}

/** What `onTimer` is told besides its constants. */
interface TimerContext<Key extends Fields, C> extends Context<C> {
  /** The event time that was set. */
  readonly time: string;
  readonly key: Row<Key>;
}

export interface StatefulProps<F extends Fields, Key extends Fields, State extends Fields, Output extends Fields, C> {
  /** The fields of what is kept for each key. */
  readonly state: State;
  /** The state of a key without one. */
  readonly initial: Row<State>;
  readonly output: Output;
  /** How long after a key's last row its state is kept, in event time. `unlimited` keeps every key for ever, and grows. */
  readonly timeToLive: Duration | "unlimited";
  readonly constants?: C;
  /** Called for each row of a key, one after the other, in the order in which they come. */
  readonly process: (row: Row<F>, state: Row<State>, context: Context<C>) => Answer<State, Output>;
  /** Called when the watermark passes the time that was set. */
  readonly onTimer?: (state: Row<State>, context: TimerContext<Key, C>) => TimerAnswer<State, Output>;
}

/** As {@link StatefulProps}, when the compiler has done its part. */
interface AnyStateful {
  readonly state: Fields;
  readonly initial: { readonly [name: string]: unknown };
  readonly output: Fields;
  readonly timeToLive: Duration | "unlimited";
  readonly constants?: Constants | undefined;
  readonly process: (...parameters: never) => unknown;
  readonly onTimer?: ((...parameters: never) => unknown) | undefined;
}

/** A function that remembers, key by key. */
export const stateful = (of: Node, keys: readonly string[], props: AnyStateful, options: StepOptions): Draft => ({
  kind: "stateful",
  name: options.name,
  fields: props.output,
  stream: after(of.stream, { flow: remembering(of.stream.flow) }),
  describe(report) {
    sayKeys(report, of.fields, keys);
    if (of.stream.window?.windowing.type === "sessions") {
      report.say("a session is not known before it ends: call .stateful(...) before .window(sessions(...))");
    }
    const { process, onTimer, constants, timeToLive } = props;
    const processRole = optionFunction(".stateful", "process", ["row", "state"]);
    const timerRole = optionFunction(".stateful", "onTimer", ["state"]);
    return {
      kind: "stateful",
      keys,
      state: fieldSpecs(props.state),
      initial: initialState(report, props),
      timeToLive:
        timeToLive === "unlimited" ? "unlimited" : report.duration("timeToLive", timeToLive, "more than nothing"),
      process: carryRowFunction(report, of.fields, process, processRole, constants, ", process"),
      ...(onTimer && { onTimer: report.function(onTimer, timerRole, constants, ", onTimer") }),
    };
  },
});

/** What a key begins with, in the one form that its fields' values have. */
function initialState(report: StepReport, { state, initial }: AnyStateful): AnyRow {
  const problems = fieldProblems(state, "state");
  problems.forEach((problem) => report.say(problem));
  if (problems.length > 0) return {};
  for (const name of Object.keys(initial)) {
    if (!Object.hasOwn(state, name)) report.say(`initial has "${name}", which the state has not`);
  }
  const checked = compileCheck(state)(initial);
  if (!(checked instanceof RowError)) return checked;
  report.say(`initial: ${checked.message}`);
  return {};
}
