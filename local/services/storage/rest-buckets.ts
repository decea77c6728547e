import { CloudError } from "../../errors";
import type { Exchange, RestMethod } from "../../routes";
import type { Caller, Host } from "../../service";
import { listNames } from "./listing";
import { bucketResource } from "./names";
import { notificationConfig, storageAgent, type Notifier } from "./notifications";
import { bucketResourceOf, isObject, type BucketRecord, type NotificationConfig } from "./records";
import type { ObjectStore } from "./store";

/** @see https://cloud.google.com/storage/docs/json_api/v1/buckets */
export function bucketMethods(
  host: Host,
  store: ObjectStore,
  notifier: Notifier,
  caller: Caller,
): readonly RestMethod[] {
  const check = (permission: string, bucket: string): void =>
    host.access.check(caller, permission, bucketResource(bucket));
  const shown = (record: BucketRecord, { base }: Exchange): unknown =>
    bucketResourceOf(record, base, host.projectNumber);
  const project = `cloudresourcemanager.googleapis.com/projects/${host.project}`;
  const patch = async (exchange: Exchange): Promise<unknown> => {
    const name = nameOf(exchange);
    check("storage.buckets.update", name);
    const { name: _, ...changes } = await bodyOf(exchange);
    return shown(await store.updateBucket(name, ({ settings }) => ({ settings: merged(settings, changes) })), exchange);
  };

  return [
    {
      verb: "GET",
      path: "b",
      answer(exchange) {
        host.access.check(caller, "storage.buckets.list", project);
        const { query } = exchange;
        const page = listNames(store.bucketNames(), {
          prefix: query.get("prefix") ?? undefined,
          maxResults: Math.max(1, Number(query.get("maxResults") ?? 1000)),
          pageToken: query.get("pageToken") ?? undefined,
        });
        const items = page.names.map((name) => shown(store.bucket(name), exchange));
        return { kind: "storage#buckets", items, nextPageToken: page.nextPageToken };
      },
    },
    {
      verb: "POST",
      path: "b",
      async answer(exchange) {
        host.access.check(caller, "storage.buckets.create", project);
        const { name, ...settings } = await bodyOf(exchange);
        if (typeof name !== "string") throw new CloudError("INVALID_ARGUMENT", "Required parameter: name");
        const location = typeof settings.location === "string" ? settings.location.toUpperCase() : "US";
        return shown(await store.createBucket(name, { ...settings, location }), exchange);
      },
    },
    {
      verb: "GET",
      path: "b/{bucket}",
      answer(exchange) {
        check("storage.buckets.get", nameOf(exchange));
        return shown(store.bucket(nameOf(exchange)), exchange);
      },
    },
    { verb: "PATCH", path: "b/{bucket}", answer: patch },
    { verb: "PUT", path: "b/{bucket}", answer: patch },
    {
      verb: "DELETE",
      path: "b/{bucket}",
      async answer(exchange) {
        check("storage.buckets.delete", nameOf(exchange));
        await store.deleteBucket(nameOf(exchange));
        exchange.response.writeHead(204).end();
        return undefined;
      },
    },
    {
      verb: "GET",
      path: "b/{bucket}/iam",
      answer(exchange) {
        check("storage.buckets.getIamPolicy", nameOf(exchange));
        store.bucket(nameOf(exchange));
        return policyOf(host, nameOf(exchange));
      },
    },
    {
      verb: "PUT",
      path: "b/{bucket}/iam",
      async answer(exchange) {
        const name = nameOf(exchange);
        check("storage.buckets.setIamPolicy", name);
        store.bucket(name);
        addBindings(host, name, await bodyOf(exchange));
        return policyOf(host, name);
      },
    },
    {
      verb: "GET",
      path: "b/{bucket}/iam/testPermissions",
      answer(exchange) {
        const name = nameOf(exchange);
        store.bucket(name);
        const asked = exchange.query.getAll("permissions");
        const permissions = asked.filter((one) => host.access.allows(caller, one, bucketResource(name)));
        return { kind: "storage#testIamPermissionsResponse", permissions };
      },
    },
    {
      verb: "GET",
      path: "b/{bucket}/notificationConfigs",
      answer(exchange) {
        check("storage.buckets.get", nameOf(exchange));
        const items = store.bucket(nameOf(exchange)).notifications.map((one) => notificationResource(one, exchange));
        return { kind: "storage#notifications", items };
      },
    },
    {
      verb: "POST",
      path: "b/{bucket}/notificationConfigs",
      async answer(exchange) {
        const name = nameOf(exchange);
        check("storage.buckets.update", name);
        const body = await bodyOf(exchange);
        const ids = store.bucket(name).notifications.map(({ id }) => Number(id));
        const config = notificationConfig(String(Math.max(0, ...ids) + 1), body);
        notifier.checkTopic(config.topic);
        await store.updateBucket(name, ({ notifications }) => ({ notifications: [...notifications, config] }));
        return notificationResource(config, exchange);
      },
    },
    {
      verb: "GET",
      path: "b/{bucket}/notificationConfigs/{id}",
      answer(exchange) {
        check("storage.buckets.get", nameOf(exchange));
        return notificationResource(findNotification(store, exchange), exchange);
      },
    },
    {
      verb: "DELETE",
      path: "b/{bucket}/notificationConfigs/{id}",
      async answer(exchange) {
        check("storage.buckets.update", nameOf(exchange));
        const found = findNotification(store, exchange);
        await store.updateBucket(nameOf(exchange), ({ notifications }) => ({
          notifications: notifications.filter(({ id }) => id !== found.id),
        }));
        exchange.response.writeHead(204).end();
        return undefined;
      },
    },
    {
      verb: "GET",
      path: "projects/{project}/serviceAccount",
      answer: () => ({ kind: "storage#serviceAccount", email_address: storageAgent(host.projectNumber) }),
    },
  ];
}

const nameOf = ({ path }: Exchange): string => path.bucket as string;

async function bodyOf(exchange: Exchange): Promise<{ readonly [name: string]: unknown }> {
  const body = await exchange.json();
  if (isObject(body)) return body;
  throw new CloudError("INVALID_ARGUMENT", "The body has to be a JSON object.");
}

/** As a JSON merge patch: objects are merged, null takes away. */
function merged(
  before: { readonly [name: string]: unknown },
  patch: { readonly [name: string]: unknown },
): { readonly [name: string]: unknown } {
  const after: { [name: string]: unknown } = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    const there = after[name];
    if (value === null) delete after[name];
    else after[name] = isObject(value) && isObject(there) ? merged(there, value) : value;
  }
  return after;
}

function policyOf(host: Host, bucket: string): unknown {
  const on = bucketResource(bucket);
  const members = new Map<string, string[]>();
  for (const grant of host.access.grants.filter((one) => one.on === on)) {
    members.set(grant.role, [...(members.get(grant.role) ?? []), grant.member]);
  }
  const bindings = [...members].map(([role, list]) => ({ role, members: [...new Set(list)] }));
  return { kind: "storage#policy", resourceId: `projects/_/buckets/${bucket}`, version: 1, etag: "CAE=", bindings };
}

/** Members are added. Those that the stack gives cannot be taken away here: the stack says who they are. */
function addBindings(host: Host, bucket: string, policy: { readonly [name: string]: unknown }): void {
  const on = bucketResource(bucket);
  const wanted = (Array.isArray(policy.bindings) ? policy.bindings : [])
    .filter(isObject)
    .flatMap(({ role, members }) =>
      (Array.isArray(members) ? members : []).map((member) => ({ role: String(role), member: String(member) })),
    );
  const there = host.access.grants.filter((grant) => grant.on === on);
  const lost = there.find((grant) => !has(wanted, grant));
  if (lost !== undefined) {
    throw new CloudError(
      "UNIMPLEMENTED",
      `The policy leaves out ${lost.role} of ${lost.member}, which ${lost.address} gives: change the stack to take it away.`,
    );
  }
  for (const one of wanted) {
    if (!has(there, one)) host.access.give({ ...one, on, address: `gs://${bucket}` });
  }
}

interface Binding {
  readonly role: string;
  readonly member: string;
}

const has = (list: readonly Binding[], one: Binding): boolean =>
  list.some(({ role, member }) => role === one.role && member === one.member);

function findNotification(store: ObjectStore, { path }: Exchange): NotificationConfig {
  const found = store.bucket(path.bucket as string).notifications.find(({ id }) => id === path.id);
  if (found === undefined) throw new CloudError("NOT_FOUND", `No such notification: ${path.id}`);
  return found;
}

function notificationResource(config: NotificationConfig, { path, base }: Exchange): unknown {
  return {
    kind: "storage#notification",
    id: config.id,
    selfLink: `${base}/storage/v1/b/${path.bucket}/notificationConfigs/${config.id}`,
    topic: `//pubsub.googleapis.com/${config.topic}`,
    payload_format: config.payloadFormat,
    event_types: config.eventTypes,
    object_name_prefix: config.objectNamePrefix,
    custom_attributes: config.customAttributes,
  };
}
