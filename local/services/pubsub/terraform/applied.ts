import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Which resources come from the stack, by name with their addresses. What was in the stack and is not in it any
 * more is destroyed at the next run, as an apply would; what clients made themselves stays.
 */
export class Applied {
  private readonly path: string;
  private readonly before: { readonly [name: string]: string };
  private readonly addresses = new Map<string, string>();

  constructor(folder: string) {
    this.path = join(folder, "applied.json");
    this.before = existsSync(this.path)
      ? (JSON.parse(readFileSync(this.path, "utf8")) as { readonly [name: string]: string })
      : {};
  }

  readonly record = (name: string, address: string): void => {
    this.addresses.set(name, address);
  };

  /** The address in the stack; of what a client made, its name. */
  addressOf(name: string): string {
    return this.addresses.get(name) ?? name;
  }

  /** Resources of the last run's stack that are not in this one's: name to address. */
  get gone(): readonly (readonly [name: string, address: string])[] {
    return Object.entries(this.before).filter(([name]) => !this.addresses.has(name));
  }

  save(): void {
    writeFileSync(`${this.path}.new`, JSON.stringify(Object.fromEntries(this.addresses)));
    renameSync(`${this.path}.new`, this.path);
  }
}
