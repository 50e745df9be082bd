import { destination, type Logger, pino } from 'pino';

export type { Logger };

/** JSON lines on standard error; standard output is for what a person is meant to read. Nothing of a credential is logged, whoever passes it. */
export function createLogger(level: string, fields: Readonly<Record<string, string>> = {}): Logger {
  return pino(
    {
      level,
      base: fields,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['password', 'passphrase', 'token', 'key', 'authorization'], censor: '[kept back]' },
    },
    // Synchronous, so that the last line before a crash is there.
    destination({ dest: 2, sync: true }),
  );
}
