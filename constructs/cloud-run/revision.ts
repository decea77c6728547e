import type { Rule, Rules } from "../core/rules";

/** A part of the requests, or of the instances. */
export interface RevisionShare {
  /** The suffix that the revision was deployed with (`revision`), or "latest": the newest that is ready. */
  readonly revision: string;
  /** Per cent, whole; all shares make 100. */
  readonly percent: number;
}

export interface TrafficTarget extends RevisionShare {
  /**
   * Gives the revision an address of its own beside the service's, "https://<tag>---<service>...", even with 0 per cent:
   * to try it before others do.
   * @default none
   */
  readonly tag?: string;
}

export interface RevisionProps {
  /**
   * Names the revision, "<name>-<revision>", so that shares can be given to it. A revision cannot be changed: whatever
   * else changes, this has to.
   * @default Cloud Run numbers them
   */
  readonly revision?: string;
}

const page = "https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration";
const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const LONGEST = 63;

const LATEST = "latest";
export const revisionName = (name: string, suffix: string): string => `${name}-${suffix}`;

export const revisionRule: Rule<RevisionProps & { readonly name?: string }> = {
  id: "revision-form",
  reads: ["revision", "name"],
  page: "https://cloud.google.com/run/docs/managing/revisions",
  broken: ({ revision, name = "" }) => (revision === undefined ? undefined : brokenSuffix("revision", name, revision)),
};

function brokenSuffix(where: string, name: string, suffix: string): string | undefined {
  if (suffix === LATEST) return `${where} is "${LATEST}", which in shares means the newest: call it otherwise`;
  if (!label.test(suffix)) {
    return `${where} is "${suffix}": Cloud Run takes lower-case letters, digits and hyphens, no hyphen last`;
  }
  const { length } = revisionName(name, suffix);
  if (length <= LONGEST) return undefined;
  return `${where} is "${suffix}", which makes "${revisionName(name, suffix)}" of ${length} characters: Cloud Run takes at most ${LONGEST}`;
}

/** Of a prop that shares something out: "traffic". */
export function shareRules<Name extends string>(
  prop: Name,
): Rules<{ readonly [N in Name]?: readonly TrafficTarget[] | undefined } & { readonly name?: string }> {
  return [
    {
      id: `${prop}-sum`,
      reads: [prop],
      page,
      broken(props) {
        const shares: readonly RevisionShare[] | undefined = props[prop];
        if (shares === undefined) return undefined;
        const wrong = shares.find(({ percent }) => !Number.isInteger(percent) || percent < 0 || percent > 100);
        if (wrong)
          return `${prop} gives "${wrong.revision}" ${wrong.percent} per cent: Cloud Run takes 0 to 100, whole`;
        const sum = shares.reduce((total, { percent }) => total + percent, 0);
        return sum === 100 ? undefined : `${prop} makes ${sum} per cent: all shares together make 100`;
      },
    },
    {
      id: `${prop}-revisions`,
      reads: [prop, "name"],
      page,
      broken(props) {
        const { name = "" } = props;
        const shares: readonly TrafficTarget[] = props[prop] ?? [];
        for (const { revision, tag } of shares) {
          const sentence = revision === LATEST ? undefined : brokenSuffix(`${prop}.revision`, name, revision);
          if (sentence) return sentence;
          if (tag !== undefined && !/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(tag)) {
            return `${prop} has tag "${tag}": Cloud Run takes lower-case letters, digits and hyphens, a letter first`;
          }
        }
        const tags = shares.flatMap(({ tag }) => (tag === undefined ? [] : [tag]));
        const twice = tags.find((tag, index) => tags.indexOf(tag) !== index);
        return twice && `${prop} has tag "${twice}" twice: a tag is the address of one revision`;
      },
    },
  ];
}

/** @param prefix of the type's name, which services and worker pools call differently */
export function shareConfig(
  name: string,
  prefix: "TRAFFIC_TARGET" | "INSTANCE_SPLIT",
  shares: readonly TrafficTarget[],
) {
  return shares.map(({ revision, percent, tag }) =>
    revision === LATEST
      ? { type: `${prefix}_ALLOCATION_TYPE_LATEST`, percent, tag }
      : { type: `${prefix}_ALLOCATION_TYPE_REVISION`, revision: revisionName(name, revision), percent, tag },
  );
}
