import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command, CommanderError } from "commander";
import { CommandError } from "./command-error";
import type { Io } from "./io";
import { portNumber, positiveInteger, positiveNumber, several, wholeNumber } from "./options";

/**
 * The `journey` command.
 * @returns the exit code: 0 done, 1 it did not work, 2 it was asked for in a way that cannot work
 */
export async function run(words: readonly string[], io: Io): Promise<number> {
  let code = 0;
  const program = commands(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const expected = error instanceof Error && forTheReader.has(error.name);
    const message = error instanceof Error ? error.message : String(error);
    io.err(`${message}\n`);
    if (io.environment["DEBUG"] && error instanceof Error) io.err(`${error.stack}\n`);
    else if (!expected) io.err("This should not happen. DEBUG=1 shows where it does.\n");
    return error instanceof CommandError ? error.exitCode : 1;
  }
}

/** Errors that say what to do; by name, for their classes are loaded with the commands. All others are faults of ours. */
const forTheReader: ReadonlySet<string> = new Set(["CommandError", "StackProblem", "CloudError"]);

/** Commands load what they need when they run: help is there at once. */
function commands(io: Io, ends: (code: number) => void): Command {
  const program = new Command("journey")
    .description("Runs the data journeys of a cdktf app on this machine, and drives and shows deployed ones.")
    .version(version(), "--version")
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err, getOutHelpWidth: () => 100, getErrHelpWidth: () => 100 })
    .showHelpAfterError("(--help shows how)");

  program
    .command("local")
    .description("runs a stack on this machine: no account, no Docker, no network")
    .argument("<stack>", "a stack's id, or what it begins with")
    .option(
      "--simulate [clicks]",
      "send simulated clicks to the journey's proxy, so many or without an end",
      positiveInteger,
    )
    .option(
      "--rate <clicks>",
      "simulated clicks a second (default: 10; with a number of clicks, as fast as they are taken)",
      positiveNumber,
    )
    .option("--malformed <clicks>", "of these clicks, so many are malformed", wholeNumber)
    .option("--seed <number>", "the same seed gives the same clicks", wholeNumber)
    .option("--until-drained", "end when all is delivered, and account for every click; exit 1 where one is missing")
    .option("--run <job>", "execute a job and end when it has; may be given several times", several)
    .option(
      "--env <name=value>",
      "what the jobs of --run are told beside their own; may be given several times",
      several,
    )
    .option(
      "--put <file=gs://bucket/object>",
      "put a file into a local bucket first; may be given several times",
      several,
    )
    .option("--json", "one JSON summary on standard output, progress on standard error")
    .option(
      "--state <folder>",
      "keep topics, tables and files in this folder, for the next run (default: a temporary one)",
    )
    .option("--synthesized <folder>", "what the app wrote before, such as cdktf.out (default: the app is run)")
    .option("--faults <file>", "let calls fail and processes die, as this file says")
    .option("--port <port>", "of the page (default: 4000, or the next that is free)", portNumber)
    .addHelpText(
      "after",
      examples(
        ["journey local gaming-events --simulate", "clicks go in, the page shows what becomes of them; Ctrl-C ends it"],
        ["journey local gaming-events --simulate 5000 --malformed 50 --until-drained --json", "what a test in CI runs"],
        ["journey local gaming-events --state .journey/state", "go on tomorrow"],
        ["journey local web-traffic --run user-traffic", "a job over the files of the local bucket, and how it ended"],
        ["journey local log-lake --run log-lake --env YESTERDAY=2024-01-31", "a day that is past, again"],
        [
          "journey local gaming-events --simulate 5000 --until-drained --faults faults.json",
          'nothing is lost even so: {"faults": [{"workload": "user-activity", "kill": "SIGKILL", "every": "5s"}]}',
        ],
      ),
    )
    .action(async (stack: string, options: object) => {
      const { local } = await import("./commands/local.js");
      ends(await local(stack, options, io));
    });

  program
    .command("simulate")
    .description("sends simulated clicks, or the events of a file, to a proxy: a deployed one, or one on this machine")
    .requiredOption("--endpoint <url>", "the proxy's address")
    .option("--file <events>", "send the lines of this file, JSON objects, again and again")
    .option("--rate <events>", "events a second", positiveNumber, 0.5)
    .option("--count <events>", "so many and then end (default: until Ctrl-C)", positiveInteger)
    .option("--seed <number>", "the same seed gives the same clicks", wholeNumber)
    .option("--token <token>", "an identity token, for a proxy that is not public")
    .addHelpText(
      "after",
      examples(
        ["journey simulate --endpoint https://proxy-abc.run.app", "a click every two seconds"],
        [
          "journey simulate --endpoint $URL --token $(gcloud auth print-identity-token) --rate 50",
          "to a private proxy",
        ],
        ["journey simulate --endpoint $URL --file events.jsonl --count 1000", "your own events"],
      ),
    )
    .action(async (options: { readonly endpoint: string; readonly rate: number }) => {
      const { simulate } = await import("./commands/simulate.js");
      ends(await simulate(options, io));
    });

  program
    .command("graph")
    .description(
      "prints a stack's journey as Mermaid: who publishes, who delivers, who writes, from the stack's own grants",
    )
    .argument("<stack>", "a stack's id, or what it begins with")
    .option("--synthesized <folder>", "what the app wrote before, such as cdktf.out (default: the app is run)")
    .addHelpText("after", examples(["journey graph gaming-events > journey.mmd", "GitHub and many editors draw it"]))
    .action(async (stack: string, options: object) => {
      const { graph } = await import("./commands/graph.js");
      ends(await graph(stack, options, io));
    });

  program
    .command("access")
    .description("prints who can do what on what in a stack, and why, from the stack's own grants")
    .argument("<stack>", "a stack's id, or what it begins with")
    .option("--json", "as JSON")
    .option("--synthesized <folder>", "what the app wrote before, such as cdktf.out (default: the app is run)")
    .addHelpText("after", examples(["journey access gaming-events", "what a security review reads"]))
    .action(async (stack: string, options: object) => {
      const { access } = await import("./commands/access.js");
      ends(await access(stack, options, io));
    });

  program
    .command("images")
    .description("the container images that stacks deploy")
    .command("push")
    .description("builds the images of the app's stacks, pushes them, and writes their digests to images.lock.json")
    .option("--registry <registry>", "push to this registry only, of those that the stacks name")
    .option("--dry-run", "show the commands, run none")
    .addHelpText(
      "after",
      examples(
        ["journey images push --dry-run", "what would be built, and how"],
        ["journey images push", "with Docker where it is there, else with Cloud Build"],
      ),
    )
    .action(async (options: object) => {
      const { pushImages } = await import("./commands/images.js");
      ends(await pushImages(options, io));
    });

  return program;
}

/** Of the package, found above this file: in the repository and in what is published from it. */
function version(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file)) return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
  }
}

function examples(...of: readonly (readonly [command: string, what: string])[]): string {
  return `\nExamples:\n${of.map(([command, what]) => `  $ ${command}\n      ${what}`).join("\n")}`;
}
