/** google.iam.v1.IAMPolicy, for topics, subscriptions, schemas and snapshots. */
import { createHash } from "node:crypto";
import { CloudError } from "../../../errors";
import { type GrpcMethod, unary } from "../../../grpc";
import type { Caller, Grant } from "../../../service";
import { fullName, notFound } from "../names";
import * as m from "./schema-messages";
import { type ApiWorld, checkOf } from "./world";

/** The address under which rights stand that a client gave. */
const BY_CLIENT = "SetIamPolicy";

const path = (method: string): string => `/google.iam.v1.IAMPolicy/${method}`;

export function iamMethods(world: ApiWorld, caller: Caller): GrpcMethod[] {
  const { access } = world.host;
  const check = checkOf(world, caller);
  const policy = (resource: string): m.Policy => policyOf(access.grants.filter(({ on }) => on === fullName(resource)));
  return [
    unary(path("GetIamPolicy"), m.GetIamPolicyRequest, m.Policy, ({ resource }) => {
      check(`pubsub.${kindOf(world, resource)}.getIamPolicy`, fullName(resource));
      return policy(resource);
    }),
    unary(path("SetIamPolicy"), m.SetIamPolicyRequest, m.Policy, ({ resource, policy: wanted }) => {
      check(`pubsub.${kindOf(world, resource)}.setIamPolicy`, fullName(resource));
      if (wanted === undefined) throw new CloudError("INVALID_ARGUMENT", "The request has no policy.");
      const current = policy(resource);
      if (wanted.etag.length > 0 && !Buffer.from(wanted.etag).equals(Buffer.from(current.etag))) {
        throw new CloudError(
          "ABORTED",
          "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
        );
      }
      const before = pairs(current);
      const after = pairs(wanted);
      refuseRemoval(
        before.filter((pair) => !has(after, pair)),
        world,
        resource,
      );
      for (const { role, member } of after.filter((pair) => !has(before, pair))) {
        access.give({ role, member, on: fullName(resource), address: BY_CLIENT });
      }
      return policy(resource);
    }),
    unary(
      path("TestIamPermissions"),
      m.TestIamPermissionsRequest,
      m.TestIamPermissionsResponse,
      ({ resource, permissions }) => {
        kindOf(world, resource);
        return { permissions: permissions.filter((one) => access.allows(caller, one, fullName(resource))) };
      },
    ),
  ];
}

/** The stack decides who has which right; a client of a local run may add some and not take any. */
function refuseRemoval(gone: readonly Pair[], { host }: ApiWorld, resource: string): void {
  const [first] = gone;
  if (first === undefined) return;
  const { address } = host.access.grants.find(
    (grant) => grant.on === fullName(resource) && grant.role === first.role && grant.member === first.member,
  ) as Grant;
  throw new CloudError(
    "FAILED_PRECONDITION",
    `${first.role} of ${first.member} on ${resource} comes from ${address}: ` +
      "the local cloud takes no right away while it runs. Take it out of the stack, and run that.",
  );
}

interface Pair {
  readonly role: string;
  readonly member: string;
}

const pairs = ({ bindings }: m.Policy): Pair[] =>
  bindings.flatMap(({ role, members }) => members.map((member) => ({ role, member })));

const has = (list: readonly Pair[], { role, member }: Pair): boolean =>
  list.some((pair) => pair.role === role && pair.member === member);

function policyOf(grants: readonly Grant[]): m.Policy {
  const roles = new Map<string, Set<string>>();
  for (const { role, member } of grants) roles.set(role, (roles.get(role) ?? new Set()).add(member));
  const bindings = [...roles].map(([role, members]) => ({ role, members: [...members] }));
  return { version: 1, etag: createHash("sha256").update(JSON.stringify(bindings)).digest().subarray(0, 8), bindings };
}

/** @throws CloudError NOT_FOUND when there is no such resource */
function kindOf({ broker, schemas }: ApiWorld, resource: string): "topics" | "subscriptions" | "snapshots" | "schemas" {
  if (broker.topics.has(resource)) return "topics";
  if (broker.subscriptions.has(resource)) return "subscriptions";
  if (broker.snapshots.has(resource)) return "snapshots";
  if (schemas.list().some(({ name }) => name === resource)) return "schemas";
  throw notFound(resource);
}
