import { serveGrpc } from "./grpc";
import { serveHttp } from "./http";
import type { Faults } from "./faults/faults";
import type { Caller, Door, Service } from "./service";
import { StackProblem } from "./stack/problem";

/** Where the whole run is, for the variables of a door. */
export interface DoorSite {
  readonly project: string;
  readonly region: string;
}

interface OpenDoor extends Door {
  close(): Promise<void>;
}

/**
 * Every identity has a door of its own, one gRPC and one HTTP server, and whoever comes through it is that identity.
 * Tokens are not looked at: a process is given the variables of its own door and of no other.
 */
export class Doors {
  private readonly open = new Map<string, Promise<OpenDoor>>();
  private closed = false;

  /** @param services asked for their methods when a door is made, so all must be there by then */
  constructor(
    private readonly site: DoorSite,
    private readonly services: () => readonly Service[],
    /** What goes wrong with what comes through a door. @default nothing */
    private readonly faults?: Faults,
  ) {}

  /**
   * The door of an identity, made on first use.
   * @param port of its HTTP services, and the next one of its gRPC services; any free ones by default
   */
  of(caller: Caller, port = 0): Promise<Door> {
    const there = this.open.get(caller.member);
    if (there !== undefined) return there;
    if (this.closed) return Promise.reject(new Error(`the local cloud has stopped: no door for ${caller.member}`));
    const made = this.make(caller, port);
    this.open.set(caller.member, made);
    return made;
  }

  async close(): Promise<void> {
    this.closed = true;
    const doors = await Promise.allSettled(this.open.values());
    await Promise.all(doors.flatMap((door) => (door.status === "fulfilled" ? [door.value.close()] : [])));
  }

  private async make(caller: Caller, port: number): Promise<OpenDoor> {
    const services = this.services();
    const routes = services.flatMap((service) => this.faults?.http(service, caller) ?? service.http?.(caller) ?? []);
    const http = await serveHttp(routes, port).catch((error: unknown) => {
      throw taken(port, error);
    });
    const methods = services.flatMap((service) => this.faults?.grpc(service, caller) ?? service.grpc?.(caller) ?? []);
    const grpc = await serveGrpc(methods, port === 0 ? 0 : port + 1).catch(async (error: unknown) => {
      await http.stop();
      throw taken(port + 1, error);
    });
    return {
      grpc: grpc.address,
      http: http.url,
      environment: environmentOf(this.site, grpc.address, http.url),
      close: async () => {
        await Promise.all([grpc.stop(), http.stop()]);
      },
    };
  }
}

function taken(port: number, error: unknown): StackProblem {
  return new StackProblem(`port ${port} cannot be had: ${error instanceof Error ? error.message : String(error)}`);
}

/** What Google's client libraries and the images of this project read to find the services of a door. */
function environmentOf({ project, region }: DoorSite, grpc: string, http: string): Door["environment"] {
  const host = http.replace("http://", "");
  return {
    GOOGLE_CLOUD_PROJECT: project,
    GOOGLE_CLOUD_REGION: region,
    // host:port, plain text: Google's clients for Pub/Sub ask for no credentials then.
    PUBSUB_EMULATOR_HOST: grpc,
    // A URL: Google's clients for BigQuery and Cloud Storage send their requests there.
    BIGQUERY_EMULATOR_HOST: http,
    STORAGE_EMULATOR_HOST: http,
    // host:port of the Storage Write API; Google's clients have no variable for it, the stream processor reads this one.
    BIGQUERY_STORAGE_EMULATOR_HOST: grpc,
    // host:port; with "assume-present" Node's client does not search for a metadata server for seconds first.
    GCE_METADATA_HOST: host,
    METADATA_SERVER_DETECTION: "assume-present",
    // A proxy of this machine's must not be asked for what is on this machine.
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
  };
}
