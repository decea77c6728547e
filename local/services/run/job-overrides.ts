import { CloudError } from "../../errors";
import type { Overrides } from "./job";
import { seconds } from "./workload";

interface Body {
  readonly [field: string]: unknown;
}

/**
 * What an execution is told otherwise; undefined where it is told nothing.
 * @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs/run#Overrides
 * @throws CloudError INVALID_ARGUMENT
 */
export function readOverrides(body: unknown): Overrides | undefined {
  const overrides = objectOf(objectOf(body, "the body")["overrides"], "overrides");
  if (Object.keys(overrides).length === 0) return undefined;
  const containers = listOf(overrides["containerOverrides"], "overrides.containerOverrides");
  if (containers.length > 1) throw refused("overrides.containerOverrides", "has one container here");
  return {
    ...containerOf(objectOf(containers[0], "overrides.containerOverrides")),
    ...tasksOf(overrides["taskCount"]),
    ...timeoutOf(overrides["timeout"]),
  };
}

function containerOf({ args, clearArgs, env }: Body): Overrides {
  const at = "overrides.containerOverrides";
  const words = listOf(args, `${at}.args`).map(String);
  const variables = listOf(env, `${at}.env`).map((one) => objectOf(one, `${at}.env`));
  return {
    ...((words.length > 0 || clearArgs === true) && { args: words }),
    environment: Object.fromEntries(variables.map(({ name, value }) => [String(name), textOf(value)])),
  };
}

function tasksOf(count: unknown): Overrides {
  if (count === undefined || count === 0) return {};
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > 10_000) {
    throw refused("overrides.taskCount", `is ${JSON.stringify(count)}: it is a whole number from 1 to 10,000`);
  }
  return { tasks: count };
}

function timeoutOf(duration: unknown): Overrides {
  if (duration === undefined) return {};
  const timeout = typeof duration === "string" ? seconds(duration) : undefined;
  if (timeout === undefined) throw refused("overrides.timeout", `is ${JSON.stringify(duration)}: it is as "600s"`);
  return { timeout };
}

function objectOf(value: unknown, what: string): Body {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Body;
  throw refused(what, "is no object");
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw refused(what, "is no list");
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const refused = (what: string, why: string): CloudError => new CloudError("INVALID_ARGUMENT", `${what} ${why}`);
