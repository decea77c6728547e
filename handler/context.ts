import { jsonLog, type Log } from "../runtime/log";
import type { EventHandlerEnvironment } from "./contract";
import { Google } from "./google";
import { publishTo, type PublishOptions } from "./publisher";

/** What a handler is given beside its event. */
export interface Context {
  /**
   * Publishes to the topic that the stack binds (`publishTo`).
   * @param data bytes or text as they are, anything else as JSON
   * @returns the message's id, once Pub/Sub has it
   * @throws Error where the stack binds none, or Pub/Sub does not take it
   */
  readonly publish: (data: unknown, options?: PublishOptions) => Promise<string>;
  /** `fetch` of a Google API as the workload's account; of a local server where an emulator's variable says so. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** A line of the log, as Cloud Logging reads it. Log no event: it may hold personal data. */
  readonly log: Log;
}

/** What handlers of one process share. */
export class Surroundings implements Context {
  readonly log: Log;
  private readonly google: Google;

  constructor(
    private readonly environment: NodeJS.ProcessEnv = process.env,
    write: (line: string) => void = (line) => void process.stdout.write(line),
  ) {
    this.google = new Google(environment);
    this.log = jsonLog(write);
  }

  get settings(): EventHandlerEnvironment {
    return this.environment;
  }

  readonly publish = (data: unknown, options?: PublishOptions): Promise<string> => {
    const topic = this.settings.PUBLISH_TO;
    if (topic) return this.publishAt(topic, data, options);
    return Promise.reject(new Error("there is nowhere to publish to: give the handler publishTo in its stack"));
  };

  publishAt(topic: string, data: unknown, options?: PublishOptions): Promise<string> {
    return publishTo(this.google.pubSubChannel, topic, data, options);
  }

  readonly fetch = (url: string | URL, init?: RequestInit): Promise<Response> => this.google.fetch(url, init);

  close(): void {
    this.google.close();
  }
}

let shared: Surroundings | undefined;

/** Made when it is first needed: of a function, when its first request comes. */
export const surroundings = (): Surroundings => (shared ??= new Surroundings());
