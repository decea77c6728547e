import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LocalCloud } from "../../../../local/cloud";
import type { Door } from "../../../../local/service";
import { stackOf } from "../../support/stack";

const email = "data-journey-pipeline@acme-dev.iam.gserviceaccount.com";
const member = "${google_service_account.pipeline.member}";

let cloud: LocalCloud;
let door: Door;
beforeAll(async () => {
  const stack = stackOf({
    resource: {
      google_service_account: { pipeline: { account_id: "data-journey-pipeline" } },
      google_project_service_identity: { pubsub: { service: "pubsub.googleapis.com" } },
      google_project_iam_custom_role: { watch: { role_id: "watch", permissions: ["monitoring.timeSeries.list"] } },
      google_project_iam_member: {
        worker: { project: "acme-dev", role: "roles/dataflow.worker", member },
        watch: { project: "acme-dev", role: "${google_project_iam_custom_role.watch.name}", member },
        odd: {
          project: "acme-dev",
          role: "roles/spanner.admin",
          member,
          condition: { expression: "true", title: "x" },
        },
      },
      google_service_account_iam_member: {
        agent: {
          service_account_id: "${google_service_account.pipeline.name}",
          role: "roles/iam.serviceAccountTokenCreator",
          member: "${google_project_service_identity.pubsub.member}",
        },
      },
      google_project_iam_binding: {
        both: { project: "acme-dev", role: "roles/logging.logWriter", members: [member, "user:a@acme.dev"] },
      },
    },
    data: { google_storage_project_service_account: { agent: {} }, google_project: { own: {} } },
    output: {
      storage: { value: "${data.google_storage_project_service_account.agent.email_address}" },
      number: { value: "${data.google_project.own.number}" },
      account: { value: "${google_service_account.pipeline.unique_id}" },
    },
  });
  cloud = await LocalCloud.start({ stack });
  door = await cloud.door({ member: `serviceAccount:${email}` });
});
afterAll(() => cloud.stop());

const ask = (path: string, headers: { readonly [name: string]: string } = { "Metadata-Flavor": "Google" }) =>
  fetch(`http://${door.environment["GCE_METADATA_HOST"]}${path}`, { headers });
const account = "/computeMetadata/v1/instance/service-accounts";

describe("the stack's identities", () => {
  test("accounts and agents have the addresses that Google gives them", () => {
    const { storage, number, account: id } = cloud.outputs;
    expect(number).toBe(cloud.stack.projectNumber);
    expect(storage).toBe(`service-${cloud.stack.projectNumber}@gs-project-accounts.iam.gserviceaccount.com`);
    expect(id).toMatch(/^\d{21}$/);
    const of = (address: string) => cloud.resources.find((one) => one.address === address)?.attributes;
    expect(of("google_service_account.pipeline")).toMatchObject({
      email,
      member: `serviceAccount:${email}`,
      name: `projects/acme-dev/serviceAccounts/${email}`,
    });
  });

  test("have the rights that are given on accounts and on the project", () => {
    const pipeline = { member: `serviceAccount:${email}` };
    const agent = {
      member: `serviceAccount:service-${cloud.stack.projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`,
    };
    const { access } = cloud;
    const project = "cloudresourcemanager.googleapis.com/projects/acme-dev";
    const own = `iam.googleapis.com/projects/acme-dev/serviceAccounts/${email}`;
    expect(access.allows(pipeline, "dataflow.jobs.get", project)).toBe(true);
    expect(access.allows(pipeline, "monitoring.timeSeries.list", project)).toBe(true);
    expect(access.allows(pipeline, "logging.logEntries.create", project)).toBe(true);
    expect(access.allows(agent, "iam.serviceAccounts.getOpenIdToken", own)).toBe(true);
    expect(access.allows(pipeline, "iam.serviceAccounts.getOpenIdToken", own)).toBe(false);
    expect(cloud.grants).toHaveLength(6);
  });

  test("a role that is not known here and a condition are said, not passed over", () => {
    const said = cloud.logs.recent().map(({ entry }) => entry.message);
    expect(said).toContain(
      "google_project_iam_member.odd: roles/spanner.admin is not among the roles known here, so it gives nothing on this machine",
    );
    expect(said).toContain(
      "google_project_iam_member.odd: its condition is not evaluated here: the grant always holds",
    );
  });

  test("an account's id must be one that Google takes", async () => {
    const stack = stackOf({ resource: { google_service_account: { a: { account_id: "Ab" } } } });
    await expect(LocalCloud.start({ stack })).rejects.toThrow(
      'google_service_account.a: account_id is "Ab": it takes 6 to 30 lower-case letters',
    );
  });
});

describe("the metadata server of a door", () => {
  test.each([
    [`${account}/default/email`, email],
    [`${account}/${email}/email`, email],
    [`${account}/`, `default/\n${email}/\n`],
    ["/computeMetadata/v1/project/project-id", "acme-dev"],
    ["/computeMetadata/v1/instance/", "id\nregion\nservice-accounts/\nzone\n"],
    [`${account}/default/scopes`, "https://www.googleapis.com/auth/cloud-platform\n"],
  ])("%s", async (path, text) => {
    const response = await ask(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("metadata-flavor")).toBe("Google");
    expect(await response.text()).toBe(text);
  });

  test("tells the project's number and the region by it", async () => {
    expect(await (await ask("/computeMetadata/v1/project/numeric-project-id")).text()).toBe(cloud.stack.projectNumber);
    expect(await (await ask("/computeMetadata/v1/instance/region")).text()).toBe(
      `projects/${cloud.stack.projectNumber}/regions/europe-west1`,
    );
  });

  test("gives tokens of its identity", async () => {
    const token = (await (await ask(`${account}/default/token`)).json()) as object;
    expect(token).toEqual({ access_token: `local.${email}`, expires_in: 3599, token_type: "Bearer" });
    const identity = await (await ask(`${account}/default/identity?audience=https://x.internal&format=full`)).text();
    expect(cloud.parts.iam.tokens.verify(identity)).toEqual({ email, audience: "https://x.internal" });
    expect((await ask(`${account}/default/identity`)).status).toBe(400);
    const whole = (await (await ask(`${account}/default/?recursive=true`)).json()) as object;
    expect(whole).toEqual({ aliases: ["default"], email, scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
  });

  test("asks for the header that no browser sends, and for its own account alone", async () => {
    expect((await ask(`${account}/default/token`, {})).status).toBe(403);
    expect((await ask(`${account}/other@acme-dev.iam.gserviceaccount.com/token`)).status).toBe(404);
    expect((await ask("/computeMetadata/v1/nothing")).status).toBe(404);
  });

  test("is found where Google's libraries look for one; the keys stand beside it", async () => {
    const found = await ask("/computeMetadata/", {});
    expect(found.headers.get("metadata-flavor")).toBe("Google");
    const keys = (await (await fetch(`${door.http}/oauth2/v3/certs`)).json()) as { keys: object[] };
    expect(keys.keys).toMatchObject([{ kty: "RSA", alg: "RS256", kid: "local" }]);
  });
});
