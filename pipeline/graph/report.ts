/** Collects all that is wrong with a pipeline, and says it at once. */
import { seconds, type Duration } from "../duration";
import type { FunctionSpec } from "../spec";
import type { Obstacle } from "../udf/check";
import { portable, type AnyFunction } from "../udf/portable";
import type { FunctionRole } from "../udf/problem";

/** A pipeline that cannot be made, with every reason. */
export class InvalidPipeline extends Error {
  override readonly name = "InvalidPipeline";
  /** Each begins with the step and where it was called. */
  declare readonly problems: readonly string[];

  constructor(pipeline: string, headline: string, problems: readonly string[]) {
    super(`${pipeline}: ${headline}\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    // Not enumerable: Node would print all of it once more below the message.
    Object.defineProperty(this, "problems", { value: problems });
  }
}

export class Report {
  private readonly invalid: string[] = [];
  private readonly obstacles: (readonly Obstacle[])[] = [];

  /** @param sentence what, where, the limit, what to do */
  say(sentence: string): void {
    this.invalid.push(sentence);
  }

  /** @param subject what a step is, and where: asked for only when something is wrong, for it costs milliseconds */
  of(subject: () => string): StepReport {
    return new StepReport(subject, this);
  }

  /** One function that cannot travel. */
  block(obstacles: readonly Obstacle[]): void {
    this.obstacles.push(obstacles);
  }

  /** @throws InvalidPipeline if anything was said */
  check(pipeline: string): void {
    if (this.invalid.length === 0 && this.obstacles.length === 0) return;
    const headline = [
      counted(this.invalid.length, "thing is not valid", "things are not valid"),
      counted(this.obstacles.length, "function cannot travel", "functions cannot travel"),
    ];
    const blocks = this.obstacles.flat().map(({ what, excerpt, wayOut }) => {
      const shown = excerpt === undefined ? "" : `\n      ${excerpt}`;
      return `${what}${shown}\n    ${wayOut}`;
    });
    throw new InvalidPipeline(pipeline, headline.filter(Boolean).join(", "), [...this.invalid, ...blocks]);
  }
}

const counted = (count: number, one: string, many: string): string =>
  count === 0 ? "" : `${count} ${count === 1 ? one : many}`;

/** What is wrong with one part: sentences without a place, which whoever has the place adds. */
export class Sentences {
  readonly all: string[] = [];

  /** @param sentence what, the limit, what to do */
  say(sentence: string): void {
    this.all.push(sentence);
  }

  /** The spec's text of a duration: "60s". What is none is said, and becomes "0s". */
  duration(option: string, value: Duration, least: "more than nothing" | "nothing or more"): string {
    try {
      const text = seconds(value);
      if (text === "0s" && least === "more than nothing") this.say(`${option} is "${value}": it must be ${least}`);
      return text;
    } catch (error) {
      this.say(`${option}: ${error instanceof Error ? error.message : String(error)}`);
      return "0s";
    }
  }
}

/** What is wrong with one step. */
export class StepReport extends Sentences {
  constructor(
    private readonly subject: () => string,
    private readonly report: Report,
  ) {
    super();
  }

  override say(sentence: string): void {
    this.report.say(`${this.subject()}: ${sentence}`);
  }

  /** A function as it travels. Where it cannot, an empty one: the report will not let the pipeline pass. */
  function(
    fn: AnyFunction,
    role: FunctionRole,
    constants: { readonly [name: string]: unknown } | undefined,
    part = "",
  ): FunctionSpec {
    const carried = portable(fn, role, constants);
    if ("spec" in carried) return carried.spec;
    const subject = this.subject() + part;
    this.report.block(carried.obstacles.map((each) => ({ ...each, what: subject + each.what })));
    return { source: "", reads: [] };
  }
}
