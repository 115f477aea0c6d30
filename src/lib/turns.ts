/**
 * Lets only so many pass in one turn of the event loop, in the order they came: a crowd then does not hold up what else the
 * loop has to do.
 *
 * @returns resolves when it is one's turn
 */
export function createTurns(perTurn: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const admit = (): void => {
    for (const pass of waiting.splice(0, perTurn)) pass();
    if (waiting.length > 0) setImmediate(admit);
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(admit);
    });
}
