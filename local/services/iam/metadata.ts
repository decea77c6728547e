/**
 * The metadata server of one door: who a workload is, and its tokens.
 * @see https://cloud.google.com/run/docs/container-contract#metadata-server
 * @see https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { queryOf, pathOf } from "../../http";
import type { Caller, Host, HttpRoute } from "../../service";
import { emailOf, type SignedTokens } from "./tokens";

const root = "/computeMetadata/v1";
const flavor = { "metadata-flavor": "Google" };

export function metadataRoutes(host: Host, tokens: SignedTokens, caller: Caller): HttpRoute[] {
  const answer = answersOf(host, tokens, caller);
  return [
    {
      prefix: root,
      handle(request, response) {
        if (request.headers["metadata-flavor"] !== "Google") {
          send(
            response,
            403,
            "text/plain",
            "a request to the metadata server must have the header Metadata-Flavor: Google",
          );
          return;
        }
        answer(request, response);
      },
    },
    // Go's library looks here whether this is Google Cloud.
    { prefix: "/computeMetadata", handle: (_, response) => send(response, 200, "text/plain", "v1/\n") },
  ];
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

function answersOf(host: Host, tokens: SignedTokens, caller: Caller): Answer {
  const email = emailOf(caller);
  const account = { aliases: ["default"], email, scopes: ["https://www.googleapis.com/auth/cloud-platform"] };
  const plain: { readonly [path: string]: string } = {
    "": "instance/\nproject/\n",
    "/instance": "id\nregion\nservice-accounts/\nzone\n",
    "/instance/id": `local-${email}`,
    "/instance/region": `projects/${host.projectNumber}/regions/${host.region}`,
    "/instance/zone": `projects/${host.projectNumber}/zones/${host.region}-1`,
    "/instance/service-accounts": `default/\n${email}/\n`,
    "/project": "numeric-project-id\nproject-id\n",
    "/project/numeric-project-id": host.projectNumber,
    "/project/project-id": host.project,
    "/universe/universe-domain": "googleapis.com",
  };
  const ofAccount: { readonly [item: string]: Answer } = {
    "": (request, response) => {
      const all = queryOf(request).get("recursive") === "true";
      if (all) sendJson(response, account);
      else send(response, 200, "application/text", "aliases\nemail\nidentity\nscopes\ntoken\n");
    },
    aliases: (_, response) => send(response, 200, "application/text", "default\n"),
    email: (_, response) => send(response, 200, "application/text", email),
    scopes: (_, response) => send(response, 200, "application/text", `${account.scopes.join("\n")}\n`),
    // Nobody reads it: here the door is the identity. Clients only want one to send.
    token: (_, response) =>
      sendJson(response, { access_token: `local.${email}`, expires_in: 3599, token_type: "Bearer" }),
    identity: (request, response) => {
      const audience = queryOf(request).get("audience") ?? "";
      if (audience === "") send(response, 400, "text/plain", "non-empty audience parameter required");
      else send(response, 200, "text/html", tokens.identity(email, audience));
    },
  };
  return (request, response) => {
    const path = pathOf(request).slice(root.length).replace(/\/$/, "");
    const [, , accounts, name, item = ""] = path.split("/");
    const isOurs = accounts === "service-accounts" && (name === "default" || name === email);
    if (isOurs && Object.hasOwn(ofAccount, item)) ofAccount[item]?.(request, response);
    else if (Object.hasOwn(plain, path)) send(response, 200, "application/text", plain[path] as string);
    else send(response, 404, "text/plain", `the local metadata server has no ${path}`);
  };
}

function sendJson(response: ServerResponse, body: unknown): void {
  send(response, 200, "application/json", JSON.stringify(body));
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...flavor, "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(text);
}
