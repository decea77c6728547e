import { CloudError } from "../errors";
import type { Access, Caller, Denial, Grant } from "../service";
import { includes, owner } from "./members";
import { inWords, withParents } from "./resources";
import { isKnownRole, rolePermissions, rolesWith } from "./roles";

/** Who may do what, by the stack's own IAM members and by nothing else. */
export class AccessControl implements Access {
  private readonly byResource = new Map<string, Grant[]>();
  private readonly customRoles = new Map<string, ReadonlySet<string>>();
  private readonly refused = new Map<string, Denial>();

  /** @param project whose resources these are, for names that do not tell */
  constructor(private readonly project: string) {}

  give(grant: Grant): void {
    const there = this.byResource.get(grant.on) ?? [];
    this.byResource.set(grant.on, [...there, grant]);
  }

  /** A role of the project's own: projects/P/roles/R */
  define(role: string, permissions: readonly string[]): void {
    this.customRoles.set(role, new Set(permissions));
  }

  /** Whether anything is known of what a role gives. */
  knows(role: string): boolean {
    return this.customRoles.has(role) || isKnownRole(role);
  }

  get grants(): readonly Grant[] {
    return [...this.byResource.values()].flat();
  }

  get denials(): readonly Denial[] {
    return [...this.refused.values()];
  }

  allows(caller: Caller, permission: string, resource: string): boolean {
    if (caller.member === owner.member) return true;
    return withParents(resource, this.project).some((name) =>
      (this.byResource.get(name) ?? []).some(
        (grant) => includes(grant.member, caller) && this.permissionsOf(grant.role).has(permission),
      ),
    );
  }

  check(caller: Caller, permission: string, resource: string): void {
    if (this.allows(caller, permission, resource)) return;
    const denial = { member: caller.member, permission, resource, roles: rolesWith(permission) };
    this.refused.set(`${caller.member} ${permission} ${resource}`, denial);
    throw new CloudError("PERMISSION_DENIED", sentence(denial));
  }

  private permissionsOf(role: string): ReadonlySet<string> {
    return this.customRoles.get(role) ?? rolePermissions(role);
  }
}

/** A refusal in one sentence: who, what, on what, and what would allow it. */
function sentence({ member, permission, resource, roles }: Denial): string {
  const way = roles[0] === undefined ? "no role known here has it" : `${roles[0]} would allow it`;
  return `${member} lacks ${permission} on ${inWords(resource)} (${resource}): nothing in the stack grants it, ${way}`;
}
