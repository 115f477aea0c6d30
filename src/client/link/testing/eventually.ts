const PATIENCE_MS = 5_000;

/** Until it throws no more. Real time: `expect.poll` and `vi.waitFor` would let fake time pass. */
export async function eventually(check: () => void): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      check();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
