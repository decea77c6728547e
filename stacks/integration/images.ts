import { ContainerImage } from "../../constructs";
import { FunctionSource } from "../../constructs/functions";

/** What handlers and functions are made of beside their own folder. */
const shared = ["stacks/integration/events.ts", "stacks/integration/file-index.ts", "handler", "runtime", "pipeline"];

export const handler = (name: string): ContainerImage =>
  ContainerImage.fromFolder(`stacks/integration/handlers/${name}`, { builtFrom: shared });

export const source = (name: string): FunctionSource =>
  FunctionSource.fromFolder(`stacks/integration/functions/${name}`);

/** What every function has, unless it says otherwise. Many calls at once in one instance take a whole CPU. */
export const sized = {
  timeout: "540s",
  memory: "512Mi",
  cpu: "1",
  minInstances: 0,
  maxInstances: 100,
  concurrency: 1000,
  env: { ENV: "production" },
} as const;
