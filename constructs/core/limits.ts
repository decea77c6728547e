import { Token } from "cdktf";
import { milliseconds, type Duration } from "../../pipeline/duration";
import type { Rule } from "./rules";

/**
 * The usual kinds of rules, in the words of one service:
 *
 *     const { within, lasts } = limits("Pub/Sub");
 *     const rules: Rules<Props> = [lasts("ackDeadline", "10s", "600s", "https://...")];
 */
export function limits(service: string) {
  return {
    /** A whole number from `low` to `high`. */
    within: <Name extends string>(
      name: Name,
      low: number,
      high: number,
      page: string,
    ): Rule<{ readonly [N in Name]?: number }> => ({
      id: `${name}-range`,
      reads: [name],
      page,
      broken(props) {
        const value = props[name];
        if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) return undefined;
        return `${name} is ${value}: ${service} takes ${low} to ${high}`;
      },
    }),

    /** A duration in whole seconds from `low` to `high`. */
    lasts: <Name extends string>(
      name: Name,
      low: Duration,
      high: Duration,
      page: string,
    ): Rule<{ readonly [N in Name]?: Duration }> => ({
      id: `${name}-range`,
      reads: [name],
      ofTokens: true,
      page,
      broken(props) {
        const value: Duration | undefined = props[name];
        const sentence = value && notADuration(value, low, high);
        return sentence && `${name} ${sentence(service)}`;
      },
    }),

    /** A text of a form. `says` ends the sentence that begins with the service: "takes 3 to 255 letters". */
    matches: <Name extends string>(
      name: Name,
      form: RegExp,
      says: string,
      page: string,
    ): Rule<{ readonly [N in Name]?: string }> => ({
      id: `${name}-form`,
      reads: [name],
      page,
      broken(props) {
        const value: string | undefined = props[name];
        return value === undefined || form.test(value) ? undefined : `${name} is "${value}": ${service} ${says}`;
      },
    }),
  };
}

/** What is wrong with a duration, to be said after its name and in a service's words; undefined where all is well. */
export function notADuration(
  value: Duration,
  low: Duration,
  high: Duration,
): ((service: string) => string) | undefined {
  if (Token.isUnresolved(value)) {
    return () => `is known only when the stack is applied: write it as text, "${low}" to "${high}"`;
  }
  const length = lengthOf(value);
  if (length === undefined) return () => `is "${value}": write a number and a unit, as in "30s", "10m", "7d"`;
  if (length % 1_000 !== 0) return (service) => `is "${value}": ${service} takes whole seconds`;
  if (length >= milliseconds(low) && length <= milliseconds(high)) return undefined;
  return (service) => `is "${value}": ${service} takes ${low} to ${high}`;
}

function lengthOf(value: string): number | undefined {
  try {
    return milliseconds(value);
  } catch {
    return undefined;
  }
}
