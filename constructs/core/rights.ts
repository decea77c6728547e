import { Token } from "cdktf";
import { FactKind, type JourneyRule } from "./facts";

/** A right that was given, or that somebody else gives. */
interface Right {
  readonly member: string;
  /** "roles/pubsub.publisher" */
  readonly role: string;
  /** What it is on. */
  readonly fullName: string;
  /** The resource type that gives it: google_pubsub_topic_iam_member. */
  readonly type: string;
  /** Whether it holds only while a condition does. */
  readonly conditional: boolean;
  /** A construct gave it for a use that it knows; nobody asked for it in the stack's own code. */
  readonly unasked: boolean;
}

export const rights = new FactKind<Right>(() => [publicGrant, basicRole, roleForm, conditionUnheard]);

/** Something that its construct was told to open to everyone, in an option that says so. */
export const published = new FactKind<{ readonly fullName: string }>();

/** Anybody at all, and anybody whom Google knows. */
const everyone = new Set(["allUsers", "allAuthenticatedUsers"]);

const publicGrant: JourneyRule = {
  id: "public-grant",
  level: "error",
  page: "https://cloud.google.com/iam/docs/overview#all-users",
  broken(facts) {
    const meant = new Set(facts.all(published).map(({ fullName }) => fullName));
    return facts
      .all(rights)
      .filter(({ member, fullName }) => everyone.has(member) && !meant.has(fullName))
      .map(({ at, member, role, fullName }) => ({
        at,
        says: `gives ${member} ${named(role)} on ${fullName}: that is everybody in the world${member === "allUsers" ? "" : " who has an account of Google's"}. Give it to those who need it`,
      }));
  },
};

const basicRole: JourneyRule = {
  id: "basic-role",
  level: "error",
  page: "https://cloud.google.com/iam/docs/roles-overview#basic",
  broken: (facts) =>
    facts
      .all(rights)
      .filter(({ role }) => /^roles\/(owner|editor|viewer)$/.test(role))
      .map(({ at, role, fullName }) => ({
        at,
        says: `has ${role} on ${fullName}, which is thousands of permissions in all services: give the roles of what it does`,
      })),
};

/** The provider takes any text, and Google then knows no such role. */
const roleForm: JourneyRule = {
  id: "role-form",
  level: "error",
  page: "https://cloud.google.com/iam/docs/roles-overview",
  broken: (facts) =>
    facts
      .all(rights)
      .filter(
        ({ role }) =>
          !Token.isUnresolved(role) &&
          !/^(roles\/[a-zA-Z0-9.]+|(projects|organizations)\/[^/]+\/roles\/[a-zA-Z0-9_.]+)$/.test(role),
      )
      .map(({ at, role, fullName }) => ({
        at,
        says: `has "${role}" on ${fullName}: roles are called as in "roles/pubsub.publisher", and a CustomRole is given whole`,
      })),
};

/** What does not evaluate conditions refuses rights that have one. */
const deaf = /^google_(pubsub_(topic|subscription|schema)|artifact_registry_repository|cloud_tasks_queue)_iam_member$/;

const conditionUnheard: JourneyRule = {
  id: "condition-unheard",
  level: "error",
  page: "https://cloud.google.com/iam/help/conditions/resource-policies",
  broken: (facts) =>
    facts
      .all(rights)
      .filter(({ type, conditional }) => conditional && deaf.test(type))
      .map(({ at, fullName, role }) => ({
        at,
        says: `has ${named(role)} on ${fullName} with a condition, which nothing of its kind takes: leave it away, or give the right on the project`,
      })),
};

/** A role that is made has its name at apply. */
const named = (role: string): string => (Token.isUnresolved(role) ? "a role" : role);
