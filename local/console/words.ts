/** Numbers as people read them, in one form for the page and the command line. */

const grouped = new Intl.NumberFormat("en-US");

/** 12,345; from ten million on 12.3M: what is read at a glance need not be exact. */
export function count(value: number): string {
  return value < 10_000_000 ? grouped.format(value) : `${(value / 1_000_000).toFixed(1)}M`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 * 1024) return `${(value / 1024).toFixed(1)} KiB`;
  return `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

/** "45s", "3m 20s", "2h 5m", "3d 4h": the two largest units. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours, minutes, rest] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m ${rest}s` : `${rest}s`;
}

/** 12.5/s; below one, with two digits. */
export function perSecond(rate: number): string {
  if (rate === 0) return "0/s";
  return rate < 10 ? `${rate.toFixed(rate < 1 ? 2 : 1)}/s` : `${count(Math.round(rate))}/s`;
}
