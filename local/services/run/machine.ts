/** This machine, as far as workloads need it: processes, ports, and whether somebody listens. */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { get } from "node:http";
import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Lines } from "./output";
import type { StartupProbe } from "./workload";

export interface Launch {
  /** The program: a file of JavaScript. */
  readonly main: string;
  readonly args: readonly string[];
  /** All that it sees: nothing of this process's own environment. */
  readonly environment: { readonly [name: string]: string };
  /** Of its heap, in MiB. */
  readonly memory: number;
  /** Where it runs; made anew for each process, for a container's files do not outlive it. */
  readonly folder: string;
}

export interface Exit {
  /** "exited with 1", "was killed by SIGKILL" */
  readonly how: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Running {
  readonly pid: number | undefined;
  /** Settles once the process is gone and its output is read. */
  readonly exited: Promise<Exit>;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

export interface Machine {
  /** A port that nobody listens on. */
  freePort(): Promise<number>;
  launch(launch: Launch, onLine: (line: string, stream: "stdout" | "stderr") => void): Running;
  /**
   * Settles when the port answers, or when `signal` says that it never will.
   * @throws Error where the limit has passed
   */
  answers(port: number, probe: StartupProbe, signal: AbortSignal): Promise<void>;
}

/** Milliseconds between two looks at a port. */
const lookAgain = 20;

export const machine: Machine = {
  async freePort() {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  },

  launch({ main, args, environment, memory, folder }, onLine) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const child = spawn(
      process.execPath,
      ["--enable-source-maps", `--max-old-space-size=${memory}`, "--import", leaveWithParent, main, ...args],
      // In a process group of its own: a terminal's Ctrl-C is for this process alone, which stops workloads in order.
      { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe", "pipe"], detached: true },
    );
    for (const stream of ["stdout", "stderr"] as const) {
      const lines = new Lines((line) => onLine(line, stream));
      child[stream]?.setEncoding("utf8");
      child[stream]?.on("data", (text: string) => lines.add(text)).on("end", () => lines.end());
    }
    const exited = new Promise<Exit>((resolve) => {
      child.once("error", (error) =>
        resolve({ how: `could not be started: ${error.message}`, code: null, signal: null }),
      );
      child.once("close", (code, signal) =>
        resolve({ how: signal === null ? `exited with ${code}` : `was killed by ${signal}`, code, signal }),
      );
    });
    return { pid: child.pid, exited, kill: (signal) => void child.kill(signal) };
  },

  async answers(port, probe, signal) {
    const end = performance.now() + probe.limit;
    while (!signal.aborted) {
      // Each look waits for the one before.
      if (await answersNow(port, probe.path)) return;
      if (performance.now() > end) {
        throw new Error(`nothing answered on PORT ${port} within ${probe.limit / 1000} s`);
      }
      await sleep(lookAgain);
    }
  },
};

function answersNow(port: number, path: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    if (path === undefined) {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    } else {
      const request = get({ port, host: "127.0.0.1", path, timeout: 1_000 }, (response) => {
        response.resume();
        resolve((response.statusCode ?? 500) < 400);
      });
      request.once("error", () => resolve(false)).once("timeout", () => request.destroy());
    }
  });
}

/**
 * Runs in the workload before its own program: when the pipe to this process closes, this process is gone, however it
 * went, and the workload goes as Cloud Run would send it.
 */
const leaveWithParent = `data:text/javascript,${encodeURIComponent(`
  import { Socket } from "node:net";
  const parent = new Socket({ fd: 3 });
  parent.on("error", () => {});
  parent.on("close", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 10_000).unref();
  });
  parent.resume();
  parent.unref();
`)}`;
