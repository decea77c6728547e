import { join } from "node:path";
import { LocalCloud, type StartOptions } from "../../../local/cloud";
import type { TimedEntry } from "../../../local/view";
import { stackOf } from "./stack";

export const fixtures = join(__dirname, "../fixtures");

const images = {
  echo: { folder: "echo" },
  worker: { folder: "worker" },
  broken: { folder: "broken" },
  task: { folder: "task" },
};

/** A stack of resources, with the images of the fixtures. */
export function fixtureStack(
  resource: { readonly [type: string]: unknown },
  more: { readonly [section: string]: unknown } = {},
) {
  return stackOf({ "//": { journey: { images } }, resource, ...more }, fixtures);
}

/** Starts it, lets a test use it, and stops it whatever happens. */
export async function withCloud<T>(
  options: StartOptions,
  use: (cloud: LocalCloud, said: readonly TimedEntry[]) => Promise<T>,
): Promise<T> {
  const said: TimedEntry[] = [];
  const cloud = await LocalCloud.start({ log: (entry) => said.push(entry), ...options });
  try {
    return await use(cloud, said);
  } finally {
    await cloud.stop();
  }
}

/** Settles when something was said that fits; looks at what was said before as well. */
export function said(cloud: LocalCloud, fits: (message: string) => boolean): Promise<TimedEntry> {
  return new Promise((resolve) => {
    const take = (entry: TimedEntry): void => {
      if (!fits(entry.entry.message)) return;
      stop();
      resolve(entry);
    };
    const stop = cloud.logs.follow(take);
    for (const entry of cloud.logs.recent()) take(entry);
  });
}

/** A service of Cloud Run, as the provider takes it. */
export function service(image: string, more: { readonly [argument: string]: unknown } = {}, template = {}) {
  return {
    location: "europe-west1",
    template: { service_account: "echo@acme-dev.iam.gserviceaccount.com", containers: [{ image }], ...template },
    ...more,
  };
}
