import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareContext } from "../../local/images/context";
import { locateImage } from "../../local/images/folder";
import { type App, findApp, synthesize } from "../app";
import { CommandError } from "../command-error";
import { type Builder, docker, findBuilder } from "../images/builder";
import { readLock, writeLock } from "../images/lock";
import { lineOf, runner } from "../images/run";
import { type WantedImage, wantedImages } from "../images/wanted";
import type { Io } from "../io";

export interface PushImagesOptions {
  readonly registry?: string;
  readonly dryRun?: true;
}

const LOCK_FILE = "images.lock.json";

/**
 * Builds and pushes the images that the app's stacks name, and writes their digests beside the hash of their content to
 * `images.lock.json`: a stack deploys by digest exactly when the two agree. What is there already is not built again.
 */
export async function pushImages(options: PushImagesOptions, io: Io): Promise<number> {
  const app = findApp(io.cwd);
  const lockFile = join(app.folder, LOCK_FILE);
  const images = await imagesOf(app, options, io);
  const lock = readLock(lockFile);
  const due = images.filter((image) => {
    const reason = notDue(image, app, lock[image.repository]?.source);
    if (reason !== undefined) io.err(`${image.name}: ${reason}\n`);
    return reason === undefined;
  });
  if (due.length === 0) return 0;
  const builder = options.dryRun
    ? await findBuilder(runner(io, false)).catch(() => docker)
    : await findBuilder(runner(io, false));
  let written = lock;
  for (const image of due) {
    const digest = await push(image, builder, app, options, io);
    if (digest === undefined) continue;
    written = { ...written, [image.repository]: { source: image.source, digest } };
    // After each: what was pushed is known, whatever becomes of the next.
    writeLock(lockFile, written);
    io.err(`${image.name}: pushed as ${image.repository}@${digest}\n`);
  }
  if (!options.dryRun) io.err(`${LOCK_FILE} is written: commit it, then deploy\n`);
  return 0;
}

async function imagesOf(app: App, { registry }: PushImagesOptions, io: Io): Promise<readonly WantedImage[]> {
  const synthesized = await synthesize(app, io);
  let all: readonly WantedImage[];
  try {
    all = wantedImages(synthesized.out);
  } finally {
    synthesized.remove();
  }
  if (all.length === 0) throw new CommandError("No stack of the app names an image that is built from a folder");
  if (registry === undefined) return all;
  const chosen = all.filter(({ repository }) => repository.startsWith(`${registry.replace(/\/$/, "")}/`));
  if (chosen.length > 0) return chosen;
  const registries = new Set(all.map(({ repository }) => repository.slice(0, repository.lastIndexOf("/"))));
  throw new CommandError(`No stack has an image in ${registry}: they have ${[...registries].join(", ")}`, 2);
}

/** Why an image is not built; undefined where it is. */
function notDue(image: WantedImage, app: App, pushed: string | undefined): string | undefined {
  if (pushed === image.source) return `${image.repository}:${image.source} is there already`;
  const folder = locateImage(image, app.folder);
  if (existsSync(join(folder, "Dockerfile"))) return undefined;
  return `its code is not there yet (${image.folder} has no Dockerfile), so it is not pushed; a stack that names it cannot be deployed until then`;
}

/** @returns the digest; undefined where nothing was run */
async function push(
  image: WantedImage,
  builder: Builder,
  app: App,
  { dryRun }: PushImagesOptions,
  io: Io,
): Promise<string | undefined> {
  const reference = `${image.repository}:${image.source}`;
  if (dryRun) {
    for (const words of builder.commands(reference, `<${image.name}: main.js, package.json, Dockerfile>`)) {
      io.out(`${lineOf(words)}\n`);
    }
    return undefined;
  }
  const context = mkdtempSync(join(tmpdir(), `journey-${image.name}-`));
  try {
    io.err(`${image.name}: built with ${builder.name}\n`);
    await prepareContext(locateImage(image, app.folder), context);
    const show = runner(io, true);
    for (const words of builder.commands(reference, context)) {
      // Each needs what the one before it made.
      await show(words);
    }
    return await builder.digest(reference, runner(io, false));
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
