import type { Rules } from "../core/rules";
import { containerRules, MAIN, type ContainerProps, type Sidecar } from "./container";
import { brokenProbe, livenessLimit, startupLimit, type LivenessProbe, type StartupProbe } from "./probe";

const page = "https://cloud.google.com/run/docs/deploying#sidecars";
const MOST = 9;

interface Probed {
  readonly startupProbe?: StartupProbe;
  readonly livenessProbe?: LivenessProbe;
}

interface SidecarProps extends Pick<ContainerProps, "waitsFor"> {
  readonly sidecars?: readonly (Sidecar & Probed)[];
}

export const sidecarRules: Rules<SidecarProps> = [
  {
    id: "sidecars-names",
    reads: [],
    page,
    broken({ sidecars = [] }) {
      if (sidecars.length > MOST) {
        return `sidecars has ${sidecars.length}: Cloud Run takes at most ${MOST} beside the main container`;
      }
      const names = sidecars.map(({ name }) => name);
      const misnamed = names.find((name) => !/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name));
      if (misnamed !== undefined) {
        return `a sidecar is called "${misnamed}": Cloud Run takes 1 to 63 lower-case letters, digits and hyphens, a letter first`;
      }
      const twice = [MAIN, ...names].find((name, index, all) => all.indexOf(name) !== index);
      return twice && `two containers are called "${twice}": each has a name of its own, and the main one is "${MAIN}"`;
    },
  },
  {
    id: "sidecars-container",
    reads: [],
    page,
    broken({ sidecars = [] }) {
      for (const sidecar of sidecars) {
        const sentence =
          containerRules.map((rule) => rule.broken(sidecar)).find((found) => found !== undefined) ??
          brokenProbe("startupProbe", sidecar.startupProbe, startupLimit) ??
          brokenProbe("livenessProbe", sidecar.livenessProbe, livenessLimit);
        if (sentence) return `in sidecar "${sidecar.name}", ${sentence}`;
      }
      return undefined;
    },
  },
  {
    id: "waitsFor-order",
    reads: [],
    page: `${page}-order`,
    broken({ waitsFor = [], sidecars = [] }) {
      const waits = new Map([
        [MAIN, waitsFor],
        ...sidecars.map(({ name, waitsFor: own = [] }) => [name, own] as const),
      ]);
      for (const [name, others] of waits) {
        const unknown = others.find((other) => !waits.has(other));
        if (unknown !== undefined) return `container "${name}" waits for "${unknown}", which there is not`;
        if (reaches(waits, name, name)) return `container "${name}" waits for itself, through those that it waits for`;
      }
      return undefined;
    },
  },
];

function reaches(waits: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const next = [...(waits.get(from) ?? [])];
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    if (name === to) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    next.push(...(waits.get(name) ?? []));
  }
  return false;
}
