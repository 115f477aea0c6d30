/** A generator's process: does what its parent asks for, see `generator.ts`, and ends with it. */
import { type Operations, createOperations } from './operations.ts';

export interface Call {
  readonly id: number;
  readonly name: keyof Operations;
  readonly input: unknown;
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

const operations = createOperations() as Record<string, (input: unknown) => unknown>;

// Ctrl-C goes to the whole group; the parent decides what it means.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', ({ id, name, input }: Call) => {
  void answer(id, name, input).then((result) => process.send?.(result));
});

async function answer(id: number, name: string, input: unknown): Promise<Answer> {
  try {
    return { id, value: await operations[name]?.(input) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
