import { availableParallelism } from 'node:os';
import { childrenOf, machineCpu, readProcess } from './proc.ts';

/** What the CPU is counted for. */
export const COMPONENTS = ['nodes', 'postgres', 'redis', 'generator'] as const;
export type Component = (typeof COMPONENTS)[number];

/** Process ids. `postgres` is its first process: those that it starts count too. */
export type Processes = Readonly<Record<Component, readonly number[]>>;

export interface Usage {
  /** CPU seconds of each process there was at the end; PostgreSQL's count as one. */
  readonly seconds: Readonly<Record<Component, readonly number[]>>;
  readonly wallSeconds: number;
  /** Share of all cores that was busy with anything, 0 to 1. */
  readonly machineBusy: number;
}

interface Reading {
  readonly at: number;
  readonly machine: ReturnType<typeof machineCpu>;
  readonly seconds: Readonly<Record<Component, readonly number[]>>;
}

/** Counts CPU from its making on. */
export class CpuMeter {
  readonly #processes: Processes;
  readonly #begun: Reading;

  constructor(processes: Processes) {
    this.#processes = processes;
    this.#begun = takeReading(processes);
  }

  read(): Usage {
    const now = takeReading(this.#processes);
    const since = (component: Component): number[] =>
      now.seconds[component].map(
        (seconds, index) => seconds - (this.#begun.seconds[component][index] ?? 0),
      );
    return {
      seconds: perComponent(since),
      wallSeconds: (now.at - this.#begun.at) / 1_000,
      machineBusy:
        (now.machine.busy - this.#begun.machine.busy) /
        (now.machine.total - this.#begun.machine.total),
    };
  }
}

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

export const perComponent = <T>(of: (component: Component) => T): Record<Component, T> => ({
  nodes: of('nodes'),
  postgres: of('postgres'),
  redis: of('redis'),
  generator: of('generator'),
});

function takeReading(processes: Processes): Reading {
  return {
    at: performance.now(),
    machine: machineCpu(),
    seconds: perComponent((component) =>
      processes[component].map((pid) =>
        component === 'postgres' ? treeSeconds(pid) : (readProcess(pid)?.seconds ?? 0),
      ),
    ),
  };
}

/** A process that ends meanwhile goes on counting: with its parent. */
const treeSeconds = (root: number): number =>
  sum([
    readProcess(root)?.endedChildrenSeconds ?? 0,
    ...[root, ...childrenOf(root)].map((pid) => readProcess(pid)?.seconds ?? 0),
  ]);

const BUSY = 0.93;
/** A process whose work is done by one thread has no more than one core, and some of that goes to waiting its turn. */
const ONE_CORE = 0.9;

/** What could not have done more. */
export function saturated({ seconds, wallSeconds, machineBusy }: Usage): string {
  if (machineBusy >= BUSY) {
    const cores = availableParallelism();
    return `the machine (${cores === 1 ? 'its core' : cores === 2 ? 'both cores' : `all ${cores} cores`} busy)`;
  }
  const full = (['nodes', 'redis', 'generator'] as const).filter((component) =>
    seconds[component].some((value) => value / wallSeconds >= ONE_CORE),
  );
  if (full.length === 0) return 'nothing: it waited (for commits, mostly)';
  const names = { nodes: 'a node', redis: 'Redis', generator: 'the load generator' };
  return `${full.map((component) => names[component]).join(' and ')} (one core each)`;
}
