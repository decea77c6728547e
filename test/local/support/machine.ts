import type { Exit, Launch, Machine } from "../../../local/services/run/machine";

/** A machine whose processes do what the test says, and nothing by themselves. */
export class FakeMachine implements Machine {
  readonly launched: {
    readonly launch: Launch;
    readonly signals: string[];
    say(line: string): void;
    end(exit: Exit): void;
  }[] = [];
  private answer: (problem?: Error) => void = () => undefined;
  private nextPort = 8080;

  freePort = () => Promise.resolve(this.nextPort++);

  launch: Machine["launch"] = (launch, onLine) => {
    const { promise: exited, resolve: end } = settledByHand<Exit>();
    const signals: string[] = [];
    this.launched.push({ launch, signals, say: (line) => onLine(line, "stdout"), end });
    return { pid: 100 + this.launched.length, exited, kill: (signal) => void signals.push(signal) };
  };

  answers: Machine["answers"] = () =>
    new Promise((resolve, reject) => {
      this.answer = (problem) => (problem === undefined ? resolve() : reject(problem));
    });

  /** The newest process answers, or it never will. */
  answersNow(problem?: Error): void {
    this.answer(problem);
  }

  get last() {
    const last = this.launched.at(-1);
    if (last === undefined) throw new Error("nothing was launched");
    return last;
  }
}

function settledByHand<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: ((value: T) => void) | undefined;
  const promise = new Promise<T>((taken) => (resolve = taken));
  return { promise, resolve: (value) => resolve?.(value) };
}

export const crashed: Exit = { how: "exited with 1", code: 1, signal: null };
export const killed: Exit = { how: "was killed by SIGKILL", code: null, signal: "SIGKILL" };
export const done: Exit = { how: "exited with 0", code: 0, signal: null };

/** Lets what was settled take its course. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));
