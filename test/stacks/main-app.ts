import { App } from "cdktf";

/** What main.ts makes, before it is synthesized: nothing is written. */
export async function mainApp(): Promise<App> {
  const made: App[] = [];
  const own = Object.getOwnPropertyDescriptor(App.prototype, "synth");
  Object.defineProperty(App.prototype, "synth", {
    ...own,
    value(this: App): void {
      made.push(this);
    },
  });
  await import("../../main.js");
  if (own !== undefined) Object.defineProperty(App.prototype, "synth", own);
  const [app] = made;
  if (app === undefined) throw new Error("main.ts synthesizes nothing");
  return app;
}
