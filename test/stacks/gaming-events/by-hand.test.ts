/** The same stack as somebody without these constructs has to write it: kept beside it, for whoever wants to compare. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Testing } from "cdktf";
import { expect, test } from "vitest";
import { rawApp } from "../../../bench/raw-app";
import { GamingEvents } from "../../../stacks/gaming-events/stack";
import { stages } from "../../../stacks/gaming-events/stages";
import { addressesOf, synthesizedBy, type SynthesizedStack } from "../support/app";

const root = join(__dirname, "../../..");
const stack = JSON.parse(
  Testing.synth(new GamingEvents(Testing.app({ stackTraces: false }), "gaming-events", stages.dev), true),
) as SynthesizedStack;
const byHand = formatted(rawApp({ "gaming-events": stack }));

function formatted(code: string): string {
  const oxfmt = join(root, "node_modules/.bin/oxfmt");
  const { stdout } = spawnSync(oxfmt, ["--stdin-filepath=main.ts"], { cwd: root, input: code, encoding: "utf8" });
  return stdout;
}

const linesOf = (text: string): number => text.split("\n").filter((line) => line.trim() !== "").length;

test("by hand it is the same resources", () => {
  expect(addressesOf(synthesizedBy(byHand)).toSorted()).toEqual(addressesOf(stack).toSorted());
});

test("by hand it is more than four times the lines, of which the README tells", async () => {
  const title = "# The dev stage, straight in cdktf";
  const about =
    "What [`stack.ts`](stack.ts) makes, as one has to write it without constructs. Made from the synthesized stack.";
  // Images are called by what is in them: another image is not another stack.
  const code = byHand.replace(/:[0-9a-f]{16}"/g, ':latest"');
  await expect(`${title}\n\n${about}\n\n\`\`\`ts\n${code}\`\`\`\n`).toMatchFileSnapshot(
    join(root, "stacks/gaming-events/by-hand.md"),
  );
  const ours = linesOf(readFileSync(join(root, "stacks/gaming-events/stack.ts"), "utf8"));
  const raw = linesOf(byHand);
  expect(raw).toBeGreaterThan(4 * ours);
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain(
    `${addressesOf(stack).length} resources are ${ours} lines in [\`stack.ts\`](stacks/gaming-events/stack.ts) and ${raw.toLocaleString("en")} [by hand](stacks/gaming-events/by-hand.md)`,
  );
});
