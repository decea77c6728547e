import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The ports of services' URLs, kept with the state so that a URL is the same after a restart. */
export class Ports {
  private readonly file: string;
  private readonly known: { [service: string]: number };

  constructor(folder: string) {
    this.file = join(folder, "ports.json");
    this.known = read(this.file);
  }

  /** The port of the last run, or 0 for any. */
  of(service: string): number {
    return this.known[service] ?? 0;
  }

  keep(service: string, port: number): void {
    if (this.known[service] === port) return;
    this.known[service] = port;
    writeFileSync(this.file, JSON.stringify(this.known));
  }
}

/** A file that cannot be read costs nothing but the same port again. */
function read(file: string): { [service: string]: number } {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { [service: string]: number };
  } catch {
    return {};
  }
}
