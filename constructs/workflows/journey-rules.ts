import { FactKind, type JourneyRule } from "../core/facts";
import { list } from "../core/text";
import { rights } from "../core/uses";

/** What a workflow calls of Google's APIs, as whom. */
export const connectors = new FactKind<{
  readonly member: string;
  /** "compute", of googleapis.compute.v1.instances.insert */
  readonly services: readonly string[];
}>(() => [connectorWithoutRight]);

/** Services whose roles are called after another one. */
const roleNames: { readonly [service: string]: string } = {
  bigquerydatatransfer: "bigquery",
  firestore: "datastore",
  sqladmin: "cloudsql",
  workflowexecutions: "workflows",
};

const connectorWithoutRight: JourneyRule = {
  id: "workflow-connector-right",
  // The right may have been given by hand, or above the project.
  level: "warning",
  page: "https://cloud.google.com/workflows/docs/authentication",
  broken(facts) {
    const given = facts.all(rights);
    return facts.all(connectors).flatMap(({ at, member, services }) => {
      const own = given.filter((right) => right.member === member).map(({ role }) => role);
      const without = services.filter((service) => !own.some((role) => mayBeOf(role, service)));
      if (without.length === 0) return [];
      const names = list(without.map((service) => `googleapis.${service}`));
      return [
        { at, says: `calls ${names}, for which its account was given no role: give it one on what it works with` },
      ];
    });
  },
};

/** A role that somebody made may hold anything. */
function mayBeOf(role: string, service: string): boolean {
  return !role.startsWith("roles/") || role.startsWith(`roles/${roleNames[service] ?? service}.`);
}
