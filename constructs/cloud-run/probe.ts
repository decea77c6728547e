import { milliseconds, type Duration } from "../../pipeline/duration";
import { notADuration } from "../core/limits";
import type { Rule } from "../core/rules";

interface ProbeTimes {
  /** The pause before the first. @default "0s" */
  readonly after?: Duration;
  /** @default "10s", as Google does */
  readonly every?: Duration;
  /** How long an answer may take; no longer than the time between two. @default "1s", as Google does */
  readonly timeout?: Duration;
  /** So many failures in a row, and the container is given up. @default 3, as Google does */
  readonly failures?: number;
}

interface HttpProbe extends ProbeTimes {
  /** A path that answers 2xx or 3xx, by HTTP/1: "/ready". */
  readonly http: `/${string}`;
  readonly headers?: { readonly [name: string]: string };
  /** @default the container's */
  readonly port?: number;
}

interface GrpcProbe extends ProbeTimes {
  /** The service's name in gRPC's health checking protocol; "" asks for the whole server. */
  readonly grpc: string;
  /** @default the container's */
  readonly port?: number;
}

interface TcpProbe extends ProbeTimes {
  /** A port that takes connections. */
  readonly tcp: number;
}

/** Whether a container has started. Until then it gets no requests, and nobody asks whether it is alive. */
export type StartupProbe = HttpProbe | GrpcProbe | TcpProbe;

/** Whether a container still works. It is started anew where it does not. An open port says nothing of that. */
export type LivenessProbe = HttpProbe | GrpcProbe;

const page = "https://cloud.google.com/run/docs/configuring/healthchecks";
const LONGEST_START = "240s";
const LONGEST_LIFE = "3600s";

/**
 * @param name of the prop
 * @param longest that a time may be: "240s" for a start, which is over by then
 */
function probeRule<Name extends string>(
  name: Name,
  longest: Duration,
): Rule<{ readonly [N in Name]?: StartupProbe | undefined }> {
  return {
    id: `${name}-range`,
    reads: [name],
    ofTokens: true,
    page,
    broken: (props) => brokenProbe(name, props[name], longest),
  };
}

export const startupRule = probeRule("startupProbe", LONGEST_START);
export const livenessRule = probeRule("livenessProbe", LONGEST_LIFE);

/** What is wrong with a probe; undefined where all is well. */
export function brokenProbe(name: string, probe: StartupProbe | undefined, longest: Duration): string | undefined {
  if (probe === undefined) return undefined;
  for (const [time, shortest] of [
    ["after", "0s"],
    ["every", "1s"],
    ["timeout", "1s"],
  ] as const) {
    const value = probe[time];
    const sentence = value && notADuration(value, shortest, longest);
    if (sentence) return `${name}.${time} ${sentence("Cloud Run")}`;
  }
  const { every = "10s", timeout = "1s", failures = 3 } = probe;
  if (milliseconds(timeout) > milliseconds(every)) {
    return `${name}.timeout is "${timeout}", longer than the time between two (every), which is "${every}"`;
  }
  if (!Number.isInteger(failures) || failures < 1) return `${name}.failures is ${failures}: Cloud Run takes 1 or more`;
  const all = milliseconds(every) * failures;
  if (longest === LONGEST_START && all > milliseconds(LONGEST_START)) {
    return `${name} gives up after ${failures} times "${every}", which is ${all / 1_000}s: Cloud Run waits at most ${LONGEST_START} for a start`;
  }
  const port = "tcp" in probe ? probe.tcp : probe.port;
  return port === undefined || isPort(port) ? undefined : `${name} asks port ${port}: ports are 1 to 65535`;
}

export const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;

export const startupLimit: Duration = LONGEST_START;
export const livenessLimit: Duration = LONGEST_LIFE;

/** As the classes for services and jobs take it. */
export function probeConfig(probe: StartupProbe): ProbeConfig {
  const times = {
    initialDelaySeconds: secondsOf(probe.after),
    periodSeconds: secondsOf(probe.every),
    timeoutSeconds: secondsOf(probe.timeout),
    failureThreshold: probe.failures,
  };
  if ("tcp" in probe) return { ...times, tcpSocket: { port: probe.tcp } };
  const { port } = probe;
  if ("grpc" in probe) return { ...times, grpc: { port, service: probe.grpc === "" ? undefined : probe.grpc } };
  const headers = Object.entries(probe.headers ?? {}).map(([name, value]) => ({ name, value }));
  return {
    ...times,
    httpGet: { path: probe.http, port, httpHeaders: headers.length === 0 ? undefined : headers },
  };
}

export interface ProbeConfig {
  readonly initialDelaySeconds: number | undefined;
  readonly periodSeconds: number | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly failureThreshold: number | undefined;
  readonly tcpSocket?: { readonly port: number };
  readonly grpc?: { readonly port?: number; readonly service?: string };
  readonly httpGet?: { readonly path: string; readonly port?: number; readonly httpHeaders?: Header[] };
}

interface Header {
  readonly name: string;
  readonly value: string;
}

const secondsOf = (duration: Duration | undefined): number | undefined =>
  duration === undefined ? undefined : milliseconds(duration) / 1_000;
