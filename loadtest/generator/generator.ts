import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Call } from './child.ts';
import type { Operations } from './operations.ts';

type Input<K extends keyof Operations> = Parameters<Operations[K]> extends [infer I] ? [I] : [];
type Output<K extends keyof Operations> = Awaited<ReturnType<Operations[K]>>;

/** A process of its own that makes load, so that the load's CPU can be told from everything else's. */
export class Generator implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #calls = 0;

  static async start(): Promise<Generator> {
    const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      // Histograms are typed arrays.
      serialization: 'advanced',
    });
    await once(child, 'spawn');
    return new Generator(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.on('message', (answer: Answer) => this.#waiting.get(answer.id)?.(answer));
    this.#exited = once(child, 'exit');
    child.on('exit', () => {
      for (const [id, settle] of this.#waiting) settle({ id, error: 'the generator has ended' });
    });
  }

  /** Rejects with what the operation threw, or when the process has ended. */
  async call<K extends keyof Operations>(name: K, ...input: Input<K>): Promise<Output<K>> {
    this.#calls += 1;
    const id = this.#calls;
    const call: Call = { id, name, input: input[0] };
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      if (!this.#child.connected) resolve({ id, error: 'the generator has ended' });
      else this.#child.send(call);
    });
    this.#waiting.delete(id);
    if ('error' in answer) throw new Error(answer.error);
    return answer.value as Output<K>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
