import type { Construct } from "constructs";
import { posix } from "node:path";
import { envOf, type Env, type SecretValue } from "../cloud-run/env";
import type { Grant } from "../core/grants";
import { literal } from "../core/text";
import { uses } from "../core/uses";
import type { AnyServiceAccount } from "../iam/service-account";

/** What of a function's environment is its service's, and the rights that it needs to be told it. */
export interface FunctionEnvironment {
  readonly environmentVariables: { [name: string]: string } | undefined;
  readonly secretEnvironmentVariables: SecretVariable[] | undefined;
  readonly secretVolumes: SecretVolume[] | undefined;
}

interface SecretRef {
  readonly projectId: string;
  readonly secret: string;
}

interface SecretVariable extends SecretRef {
  readonly key: string;
  readonly version: string;
}

interface SecretVolume extends SecretRef {
  readonly mountPath: string;
  readonly versions: { readonly version: string; readonly path: string }[];
}

/** As the class for functions takes it, which names a secret and its project apart. */
export function environmentOf(
  owner: Construct,
  env: Env,
  files: { readonly [path: string]: SecretValue },
  identity: AnyServiceAccount,
): { readonly config: FunctionEnvironment; readonly grants: readonly Grant[] } {
  const { variables, grants } = envOf(owner, env, identity);
  const texts = variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  const secrets = Object.entries(env).flatMap(([key, value]): SecretVariable[] =>
    typeof value === "object" ? [{ key, ...referenceTo(value), version: value.version ?? "latest" }] : [],
  );
  const volumes = Object.entries(files).map(([path, value]) => secretVolume(owner, path, value, identity));
  return {
    config: {
      environmentVariables: texts.length === 0 ? undefined : Object.fromEntries(texts),
      secretEnvironmentVariables: secrets.length === 0 ? undefined : secrets,
      secretVolumes: volumes.length === 0 ? undefined : volumes.map(({ volume }) => volume),
    },
    grants: [...grants, ...volumes.map(({ grant }) => grant)],
  };
}

const referenceTo = ({ secret }: SecretValue): SecretRef => ({ projectId: secret.project, secret: secret.name });

function secretVolume(owner: Construct, path: string, value: SecretValue, identity: AnyServiceAccount) {
  const { secret, version = "latest" } = value;
  uses.tell(owner, { member: identity.member, where: `file ${path}`, text: secret.fullName });
  const volume: SecretVolume = {
    mountPath: posix.dirname(path),
    ...referenceTo(value),
    versions: [{ version, path: posix.basename(path) }],
  };
  return { volume, grant: secret.grantRead(identity, { why: `has it as a file (${path})` }) };
}

/** Texts that Terraform must leave as they are. */
export const literals = (texts: { readonly [name: string]: string }): { [name: string]: string } =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, literal(text)]));
