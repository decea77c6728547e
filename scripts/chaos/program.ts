/** The stream processor as a program that records what it works on: the image's own, but for five modules. */
import { join, relative } from "node:path";
import { build, type Plugin } from "esbuild";

const root = join(__dirname, "../..");
const image = join(root, "pipeline-images/stream-processor");

/** Modules, and what stands in their place. What stands there imports what was there. */
const instead: { readonly [module: string]: string } = {
  "pipeline-images/stream-processor/operators/engine.ts": "engine.ts",
  "pipeline-images/stream-processor/operators/input.ts": "input.ts",
  "pipeline-images/stream-processor/log/bucket-store.ts": "bucket-store.ts",
  "runtime/clock.ts": "clock.ts",
  "pipeline-images/stream-processor/steady-clock.ts": "steady-clock.ts",
};
const own = join(__dirname, "recorded");

/** @throws Error where a module is not there any more, so that nothing would be recorded */
const replacing = (): Plugin => ({
  name: "recorded",
  setup(builder) {
    const replaced = new Set<string>();
    builder.onResolve({ filter: /^\./ }, async ({ path, resolveDir, kind, pluginData, importer }) => {
      if (pluginData === own || importer.startsWith(own)) return undefined;
      const found = await builder.resolve(path, { resolveDir, kind, pluginData: own });
      const module = relative(root, found.path);
      const other = instead[module];
      if (other === undefined) return found;
      replaced.add(module);
      return { path: join(own, other) };
    });
    builder.onEnd(() => {
      const left = Object.keys(instead).filter((module) => !replaced.has(module));
      if (left.length > 0) throw new Error(`nothing imports ${left.join(", ")}: what happens there is not recorded`);
    });
  },
});

/** Writes the program. @returns its path */
export async function recordingProgram(folder: string): Promise<string> {
  const outfile = join(folder, "main.js");
  await build({
    entryPoints: [join(image, "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    sourcemap: "inline",
    sourcesContent: false,
    tsconfigRaw: {},
    absWorkingDir: image,
    logLevel: "silent",
    plugins: [replacing()],
  });
  return outfile;
}
