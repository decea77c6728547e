import type { Caller } from "../service";

/** Whoever comes without an identity. */
export const anyone: Caller = { member: "allUsers" };

/** The person at the laptop: owner of the project, as whoever runs `terraform apply` is. */
export const owner: Caller = { member: "user:you" };

/**
 * Whether a grant's member is, or includes, this caller. A group's or a domain's members are not known here, so those
 * include no one; neither does a `deleted:` member, which is an account of the past.
 * @see https://cloud.google.com/iam/docs/principal-identifiers
 */
export function includes(member: string, caller: Caller): boolean {
  if (member === "allUsers") return true;
  if (member === "allAuthenticatedUsers") return caller.member !== anyone.member;
  return normal(member) === normal(caller.member);
}

/** E-mail addresses are compared without case. */
function normal(member: string): string {
  return member.startsWith("deleted:") ? member : member.toLowerCase();
}
