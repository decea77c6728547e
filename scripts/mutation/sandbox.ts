/** A copy of the repository whose code has all mutants in it, and the tests that should notice one. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ACTIVE, type Mutated } from "./mutants";

const copied = [
  "cli",
  "constructs",
  "handler",
  "local",
  "pipeline",
  "pipeline-images",
  "runtime",
  "stacks",
  "test",
  "main.ts",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "vitest.config.ts",
];

/** A run of vitest: files or folders of tests, and which of their tests. */
interface Tests {
  readonly paths: readonly string[];
  /** Their names match. @default all */
  readonly named?: string;
}

/** Milliseconds until a mutant that goes round in circles counts as noticed. */
const LIMIT = 300_000;

const isSource = (path: string): boolean => !/(^|\/)(node_modules|dist|cdktf\.out)$/.test(path);

export class Sandbox {
  private constructor(private readonly folder: string) {}

  static make(root: string, { files }: Mutated): Sandbox {
    mkdirSync(join(root, ".journey"), { recursive: true });
    const folder = mkdtempSync(join(root, ".journey", "mutation-"));
    for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true, filter: isSource });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    for (const { name, content } of files) writeFileSync(join(folder, name), content);
    return new Sandbox(folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /**
   * Whether the tests of a file fail with a mutant: those of its service first, then what else makes its constructs.
   * @param mutant its id; none for the code as it is
   */
  async fails(file: string, mutant: string | undefined): Promise<boolean> {
    for (const tests of this.testsOf(file)) {
      if (await this.failing(tests, mutant)) return true;
    }
    return false;
  }

  private testsOf(file: string): readonly Tests[] {
    const [, service = ""] = file.split("/");
    const own = join("test", "constructs", service);
    const first = existsSync(join(this.folder, own)) ? [{ paths: [own] }] : [];
    // What every construct is built on is seen in those that use most of it.
    if (["core", "index.ts"].includes(service)) {
      const users = ["pubsub", "bigquery", "cloud-run", "storage", "data-journey"].map(
        (name) => `test/constructs/${name}`,
      );
      return [...first, { paths: users }, { paths: ["test/constructs/examples.test.ts"], named: "in a stack" }];
    }
    return [...first, { paths: ["test/constructs/examples.test.ts"], named: `^${service}/` }];
  }

  private failing({ paths, named }: Tests, mutant: string | undefined): Promise<boolean> {
    const run = spawn(
      process.execPath,
      [
        join("node_modules", "vitest", "vitest.mjs"),
        "run",
        "--bail=1",
        "--maxWorkers=1",
        ...(named === undefined ? [] : ["--testNamePattern", named]),
        ...paths,
      ],
      {
        cwd: this.folder,
        stdio: "ignore",
        // CI: no snapshot is written.
        env: { ...process.env, CI: "1", [ACTIVE]: mutant ?? "" },
        detached: true,
      },
    );
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        // The whole group: the workers too.
        if (run.pid !== undefined) process.kill(-run.pid, "SIGKILL");
      }, LIMIT);
      run.once("error", reject);
      run.once("exit", (code) => {
        clearTimeout(limit);
        resolve(code !== 0);
      });
    });
  }
}
