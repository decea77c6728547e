import { CommandError } from "../command-error";
import { type Run, type Words, lineOf } from "./run";

/** Who builds an image from a folder and puts it into a registry. */
export interface Builder {
  readonly name: string;
  /** What is run, in order. */
  commands(reference: string, context: string): readonly Words[];
  /** Asks for the digest of what was pushed: "sha256:..." */
  digest(reference: string, run: Run): Promise<string>;
}

/** Cloud Run and Dataflow run linux/amd64, whatever the laptop is. */
const docker: Builder = {
  name: "docker",
  commands: (reference, context) => [
    ["docker", "build", "--platform", "linux/amd64", "--tag", reference, context],
    ["docker", "push", reference],
  ],
  async digest(reference, run) {
    const words = ["docker", "image", "inspect", "--format", "{{json .RepoDigests}}", reference] as const;
    const digests = JSON.parse(await run(words)) as readonly string[] | null;
    const repository = reference.slice(0, reference.lastIndexOf(":"));
    const own = digests?.find((one) => one.startsWith(`${repository}@`));
    return digestIn(own ?? "", words);
  },
};

/** Builds in the cloud: nothing but gcloud is needed here. */
const cloudBuild: Builder = {
  name: "gcloud builds",
  commands: (reference, context) => [
    ["gcloud", "builds", "submit", context, "--tag", reference, ...projectOf(reference), "--quiet"],
  ],
  async digest(reference, run) {
    const format = "--format=value(image_summary.digest)";
    const words = ["gcloud", "artifacts", "docker", "images", "describe", reference, format] as const;
    return digestIn(await run(words), words);
  },
};

/** An Artifact Registry host is followed by the project that owns it. */
function projectOf(reference: string): string[] {
  const [host = "", project = ""] = reference.split("/");
  return host.endsWith("-docker.pkg.dev") ? ["--project", project] : [];
}

function digestIn(text: string, words: Words): string {
  const digest = /sha256:[0-9a-f]{64}/.exec(text)?.[0];
  if (digest === undefined) throw new CommandError(`No digest in what this said: ${lineOf(words)}\n${text}`);
  return digest;
}

/**
 * Docker where its daemon answers, else Cloud Build.
 * @throws CommandError where there is neither
 */
export async function findBuilder(run: Run): Promise<Builder> {
  if (await works(run, ["docker", "version", "--format", "{{.Server.Version}}"])) return docker;
  if (await works(run, ["gcloud", "version"])) return cloudBuild;
  throw new CommandError(
    "Neither Docker nor gcloud is here: one of them builds the images. " +
      "https://docs.docker.com/get-docker or https://cloud.google.com/sdk/docs/install",
  );
}

async function works(run: Run, words: Words): Promise<boolean> {
  try {
    await run(words);
    return true;
  } catch {
    return false;
  }
}

export { docker };
