/** Whoever started this process asks for the CPU time that it has used. */
export interface CpuTime {
  readonly cpuMicros: number;
}

export function tellCpuTime(): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system } satisfies CpuTime);
  });
  process.on("disconnect", () => process.exit(0));
}
