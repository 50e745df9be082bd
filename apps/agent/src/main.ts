import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runAgent } from './agent.ts';
import { buildInfo } from './build-info.ts';
import { systemClock } from './clock.ts';
import { ConfigInvalid, exitConfig, type LoadedConfig, loadConfig } from './config.ts';
import { createLogger } from './logger.ts';

/** sysexits.h */
const exitUsage = 64;
const exitCrash = 1;
/** systemd's patience is longer, a person's is not. */
const stopMsMax = 2800;

const usage = `energymesh-agent ${buildInfo.version}

  --config <file>   the configuration, JSON (or EM_CONFIG=<file>); see docs/configuration.md
  --version         print the version
  --help            print this
`;

function readArguments(): { config?: string | undefined } {
  try {
    const { values } = parseArgs({ options: { config: { type: 'string' }, version: { type: 'boolean' }, help: { type: 'boolean' } } });
    if (values.help || values.version) {
      process.stdout.write(values.help ? usage : `${buildInfo.version}\n`);
      process.exit(0);
    }
    return values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(exitUsage);
  }
}

function readConfig(file: string | undefined): LoadedConfig {
  try {
    return loadConfig({ file, environment: process.env, folder: process.cwd() });
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(exitConfig);
  }
}

const { config, ignored } = readConfig(readArguments().config);
// Keys, sessions and what people measured at home: for the agent's user alone.
process.umask(0o077);
const logger = createLogger(config.logLevel, { name: config.name });
if (ignored.length > 0) logger.warn({ ignored }, 'variables that mean nothing to the agent');

// As log lines like all others; what dependencies will have to change one day is not news for an operator.
process.removeAllListeners('warning');
process.on('warning', (warning) => logger[warning.name === 'DeprecationWarning' ? 'debug' : 'warn']({ err: warning }, 'warning'));

// Whoever read what is printed may be gone: no reason for a node to end.
process.stdout.on('error', () => {});

for (const crash of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(crash, (error) => {
    logger.fatal({ err: error }, crash);
    process.exit(exitCrash);
  });
}

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // Asked twice: at once, then. What is durable stays so.
    if (stopping.signal.aborted) process.exit(exitCrash);
    stopping.abort(signal);
    setTimeout(() => {
      logger.error('stopping took too long: ended');
      process.exit(exitCrash);
    }, stopMsMax).unref();
  });
}

try {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  await runAgent({ config, logger, clock: systemClock, build: buildInfo, print: (line) => process.stdout.write(`${line}\n`) }, stopping.signal);
  process.exit(0);
} catch (error) {
  if (error instanceof ConfigInvalid) {
    process.stderr.write(`${error.message}\n`);
    process.exit(exitConfig);
  }
  logger.fatal({ err: error }, error instanceof Error ? error.message : String(error));
  process.exit(exitCrash);
}
