/** What the README shows is run as it stands there, and what it counts is counted. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addressesOf, synthesizedBy } from "./stacks/support/app";

const readme = readFileSync(join(__dirname, "../README.md"), "utf8");
const samples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? "");

const sampleWith = (text: string): string => {
  const found = samples.find((sample) => sample.includes(text));
  if (found === undefined) throw new Error(`no sample of the README has ${text}`);
  return found;
};

test("the first sample is a whole journey, of as many resources as it says", () => {
  const count = addressesOf(synthesizedBy(sampleWith("app.synth()"))).length;
  expect(readme).toContain(`a whole journey: ${count} Terraform resources`);
});

test("the lines that watch a journey stand after the rest of it", () => {
  const watched = sampleWith("journey.monitor").replaceAll("this", "stack");
  const app = sampleWith("app.synth()").replace("app.synth();", `${watched}app.synth();`);
  const { resource } = synthesizedBy(`import { NotificationChannel } from "data-journey/monitoring";\n${app}`);
  expect(Object.keys(resource["google_monitoring_dashboard"] ?? {})).toEqual(["visit"]);
});
