import { OptionError, parseArguments } from './arguments.ts';

export interface Options {
  readonly full: boolean;
  readonly help: boolean;
  /** Names of rows, in the order of the table. */
  readonly only: readonly string[];
  readonly reps: number;
  /** The folder the results are written to. */
  readonly out: string;
}

const MAX_REPS = 20;

/**
 * @param names of all rows
 * @param defaultOut the folder when none is given
 * @throws {OptionError}
 */
export function parseOptions(
  args: readonly string[],
  names: readonly string[],
  defaultOut: string,
): Options {
  const { values } = parseArguments({
    args: [...args],
    options: {
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      only: { type: 'string' },
      reps: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const wanted = values.only?.split(',').map((name) => name.trim()) ?? names;
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new OptionError(`--only: there is no row '${unknown}'; there are ${names.join(', ')}`);
  const reps = Number(values.reps ?? 3);
  if (!/^\d+$/.test(values.reps ?? '3') || reps < 1 || reps > MAX_REPS)
    throw new OptionError(`--reps must be a number from 1 to ${MAX_REPS}, not '${values.reps}'`);
  if (values.out === '') throw new OptionError('--out must be a folder');
  return {
    full: values.full,
    help: values.help,
    only: names.filter((name) => wanted.includes(name)),
    reps,
    out: values.out ?? defaultOut,
  };
}
