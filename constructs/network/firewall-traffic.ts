/** What passes: by protocol, and by port where the protocol has ports. "tcp:443", "udp:8000-8999", "icmp", "all". */
export type Traffic = "all" | Protocol | `${Ported}:${number}` | `${Ported}:${number}-${number}`;

type Ported = "tcp" | "udp" | "sctp";
type Protocol = Ported | "icmp" | "esp" | "ah" | "ipip";

const HIGHEST = 65_535;

/** What is wrong with a list of what passes; undefined where all is well. */
export function brokenTraffic(what: string, traffic: readonly Traffic[]): string | undefined {
  if (traffic.length === 0) return `${what} is empty: say what, as in "tcp:443" or "all"`;
  for (const one of traffic) {
    const [, low, high = low] = /:(.+?)(?:-(.+))?$/.exec(one) ?? [];
    if (low === undefined || high === undefined) continue;
    if (!isPort(low) || !isPort(high)) return `${what} has "${one}": ports are 0 to ${HIGHEST}`;
    if (Number(low) > Number(high)) return `${what} has "${one}", whose ports end before they begin`;
  }
  return undefined;
}

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= HIGHEST;

/** As the provider takes it: ports of one protocol together, in the order in which they were said. */
export function protocolsOf(traffic: readonly Traffic[]): { readonly protocol: string; readonly ports?: string[] }[] {
  const byProtocol = new Map<string, string[] | undefined>();
  for (const one of traffic) {
    const [protocol = one, ports] = one.split(":");
    const before = byProtocol.get(protocol);
    // A protocol without ports is all of them, whatever else is said of it.
    if (ports === undefined || (byProtocol.has(protocol) && before === undefined)) byProtocol.set(protocol, undefined);
    else byProtocol.set(protocol, [...(before ?? []), ports]);
  }
  return [...byProtocol].map(([protocol, ports]) => (ports === undefined ? { protocol } : { protocol, ports }));
}

/** Ports by which machines are administered. */
const administrative = [22, 3389];

/** "tcp:20-30", if it lets administrators in. */
export const administers = (traffic: readonly Traffic[]): Traffic | undefined =>
  traffic.find((one) => {
    if (one === "all" || one === "tcp") return true;
    const [, low, high = low] = /^tcp:(\d+)(?:-(\d+))?$/.exec(one) ?? [];
    return low !== undefined && administrative.some((port) => Number(low) <= port && port <= Number(high));
  });
