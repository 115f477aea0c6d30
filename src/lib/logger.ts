import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * JSON lines on stdout, written synchronously so that nothing is lost at exit. Never log tokens, secrets, connection
 * strings or the content of messages; ids are fine.
 */
export const createLogger = (level: LogLevel, destination?: DestinationStream): Logger =>
  pino(
    { level, base: null, serializers: { err: serializeError } },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );

/** Only what is known to be harmless: errors of pg carry rows and whole connections, those of ioredis commands. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  // drizzle's message has the statement's parameters in it, and nothing to say but its cause.
  if ('params' in error && error.cause !== undefined) return serializeError(error.cause);
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message, stack, ...('code' in error ? { code: error.code } : {}) };
}
