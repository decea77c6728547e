import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * A browser of this machine. Where JOURNEY_BROWSER is "required", as in CI, there must be one.
 * @throws Error where one is required and there is none
 */
export function findChromium(): string | undefined {
  const found = (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
  if (found === undefined && process.env["JOURNEY_BROWSER"] === "required") {
    throw new Error(`JOURNEY_BROWSER is required, and there is no ${names.join(", ")} on the PATH`);
  }
  return found;
}
