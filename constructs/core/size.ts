/** An amount of memory as Cloud Run and Kubernetes write it: "512Mi", "2Gi". */
export type Size = `${number}${"Ki" | "Mi" | "Gi"}`;

const unit = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 } as const;

/** @returns the number of bytes, or undefined where the text is no size */
export function bytesOf(size: string): number | undefined {
  const [, digits, name] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi)$/.exec(size) ?? [];
  return name === undefined ? undefined : Number(digits) * unit[name as keyof typeof unit];
}
