/**
 * Where an output's rows go in a run that ends. A run has tasks, and a task may be tried again, or by two machines at
 * once: so an attempt writes its rows where nobody sees them, then claims its task, and only what claims name is made
 * to be seen. The whole of it may happen any number of times.
 */
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Json } from "../../../pipeline/spec";
import type { RowWindow } from "../window/row-window";

/** What one run is, the same for all of its tasks and their attempts. */
export interface Run {
  /** As CLOUD_RUN_EXECUTION: it is part of names of objects and of jobs. */
  readonly name: string;
  readonly pipeline: string;
  /** How many share its input. */
  readonly tasks: number;
  /** The day and the partition that it is for, where it is told them. */
  readonly yesterday?: string | undefined;
  readonly partition?: string | undefined;
}

/** What all attempts of a run know of its beginning. */
export interface Begun {
  /** Milliseconds since the epoch. */
  readonly started: number;
}

/** Who writes: nothing of another attempt has the same name. */
export interface Attempt {
  /** From 0. */
  readonly task: number;
  /** Unlike that of any other attempt of any task. */
  readonly id: string;
  /** Of the rows that are only refused when the others are published: beside what the task itself wrote. */
  readonly late?: boolean;
}

/** What an attempt wrote of an output, which is there and not seen. */
export interface Staged {
  readonly rows: number;
  /** Names of streams, of objects: whatever {@link BatchSink.publish} needs. It is kept with the claim of the task. */
  readonly parts: readonly Json[];
}

/** The rows that one attempt of a task gives to an output. */
export interface BatchOutput {
  /**
   * Takes a row, at once. A row that the sink cannot take becomes an error row.
   * @param time milliseconds since the epoch
   * @param window of a row that came out of one; undefined for others, whose window follows from their time
   */
  take(row: AnyRow, time: number, window: RowWindow | undefined): void;
  /** Between two parts of the input: what was taken may leave; resolves when there is room for more. */
  flush(): Promise<void>;
  /** There are no more rows. Resolves once all of them will outlive this process. */
  finish(): Promise<Staged>;
  /** The attempt is given up: what it wrote goes away, as far as that can be done. It does not throw. */
  abort(): Promise<void>;
}

/** A destination of one output. */
export interface BatchSink {
  open(attempt: Attempt, run: Begun): BatchOutput;
  /**
   * Makes the rows of all tasks to be seen: all or none of them, where the destination can do that. It is called again
   * with the same after any failure, and then does what is left.
   * @param staged of each task, by its index; of late attempts after them
   */
  publish(staged: readonly Staged[], run: Begun): Promise<void>;
  /** All that the run wrote is seen: what was only needed until then goes away. It may not be called at all. */
  clear(staged: readonly Staged[]): Promise<void>;
}
