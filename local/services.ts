import type { AccessControl } from "./access/access-control";
import type { Host, Service } from "./service";
import { Iam } from "./services/iam/iam";
import { machine } from "./services/run/machine";
import { Run } from "./services/run/run";
import { Storage } from "./services/storage/storage";
import type { StackDocument } from "./stack/document";

/** The services of a local cloud, wired to one another. */
export interface Services {
  readonly iam: Iam;
  readonly storage: Storage;
  readonly run: Run;
  /** In the order in which they start. */
  readonly all: readonly Service[];
}

export function makeServices(
  host: Host & { readonly access: AccessControl },
  { images, app }: StackDocument,
): Services {
  const iam = new Iam(host);
  const storage = new Storage(host);
  const run = new Run(host, { tokens: iam.tokens, images, app, machine });
  return { iam, storage, run, all: [iam, storage, run] };
}
