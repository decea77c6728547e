import type { Log } from "../../../runtime/log";
import type { Trouble } from "../../../runtime/retry";

/** After so many failures in a row a trouble is an error to look at, and no longer a hiccup. */
const SERIOUS = 6;

/** What does not work at the moment, by what it is about: the status shows it, the log is told when it begins and ends. */
export class Troubles {
  private readonly current = new Map<string, string>();

  constructor(private readonly log: Log) {}

  about(what: string): Trouble {
    return (error, failures) => {
      if (error === undefined) {
        this.current.delete(what);
        this.log("INFO", `${what}: works again after ${failures} failures`);
        return;
      }
      const message = error instanceof Error ? error.message : JSON.stringify(error);
      const known = this.current.get(what);
      this.current.set(what, message);
      if (failures === SERIOUS) this.log("ERROR", `${what}: ${message}`, { failures });
      else if (known !== message) this.log("WARNING", `${what}: ${message}`, { failures });
    };
  }

  /** The first of them, or null. */
  get problem(): string | null {
    const [first] = this.current;
    return first === undefined ? null : `${first[0]}: ${first[1]}`;
  }
}
