/** As evenly as a worker sends (`push/push-job.ts`): who takes as much of a core in bursts is felt far more. In milliseconds. */
const TICK_MS = 2;

/** Takes CPU for nothing, in the process of a generator. */
export function createBurning() {
  let timer: NodeJS.Timeout | undefined;
  return {
    /** @param cores so much of one core, all that the process does counted, until it is told otherwise; 0 for an end */
    burn(cores: number): void {
      clearInterval(timer);
      if (cores === 0) return;
      const begunAt = performance.now();
      const before = process.cpuUsage();
      const usedMs = (): number => {
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1_000;
      };
      timer = setInterval(() => {
        const dueMs = (performance.now() - begunAt) * cores;
        let used = usedMs();
        while (used < dueMs) used = usedMs();
      }, TICK_MS);
    },
  };
}
