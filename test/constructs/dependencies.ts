import type { Template } from "../../constructs/testing/template";

/** What each resource of a stack waits for: by name, and by what it refers to. */
export function dependenciesOf(template: Template): Map<string, readonly string[]> {
  const all = new Map<string, readonly string[]>();
  for (const address of template.addresses) {
    const { depends_on: named, lifecycle: _later, ...config } = template.resource(address);
    const text = JSON.stringify(config);
    const references = [...text.matchAll(/\$\{((?:data\.)?[a-z0-9_]+\.[A-Za-z0-9_-]+)\./g)].map(([, to]) => String(to));
    all.set(address, [...((named as string[] | undefined) ?? []), ...references]);
  }
  return all;
}

/** A way from a resource back to itself. */
export function circleIn(dependencies: Map<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const search = (address: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(address)) return [...way, address];
    if (done.has(address)) return undefined;
    for (const next of dependencies.get(address) ?? []) {
      const circle = search(next, [...way, address]);
      if (circle) return circle;
    }
    done.add(address);
    return undefined;
  };
  for (const address of dependencies.keys()) {
    const circle = search(address, []);
    if (circle) return circle;
  }
  return undefined;
}
