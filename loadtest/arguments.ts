import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The user's mistake: printed as one line. */
export class OptionError extends Error {
  readonly code = 'bad_option';
}

/**
 * Node's `parseArgs`, which says what is wrong in one line.
 *
 * @throws {OptionError}
 */
export function parseArguments<T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split(/\.\s/);
    throw new OptionError(`${line}; --help lists the options`, { cause: error });
  }
}
