import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { systemClock } from './clock.ts';
import { ConfigError, readConfig } from './config.ts';
import { Hub } from './hub.ts';

/** 0: ended as asked. 1: failed. 2: the configuration is wrong, the text says which key. */
const exit = { failed: 1, configuration: 2 } as const;
const closingMsMax = 2800;

function refuse(error: ConfigError): never {
  process.stderr.write(`energymesh-hub: configuration:\n${error.message}\n`);
  process.exit(exit.configuration);
}

function orRefuse<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConfigError) refuse(error);
    throw error;
  }
}

/** Puts the community's contract on the ledger, says so on stdout and ends. docs/hub.md "Rewards" */
async function deploy(argv: readonly string[]): Promise<never> {
  const { deployArguments, deployCommand } = await import('./rewards/deploy-command.ts');
  const { own, rest } = orRefuse(() => deployArguments(argv));
  try {
    process.stdout.write(
      `${JSON.stringify(
        await deployCommand(
          orRefuse(() => readConfig(rest, process.env)),
          own,
        ),
      )}\n`,
    );
    process.exit(0);
  } catch (error) {
    if (error instanceof ConfigError) refuse(error);
    process.stderr.write(`energymesh-hub: ${(error as Error).message}\n`);
    process.exit(exit.failed);
  }
}

/** Makes this hub out of the backup of a community that was made on a node, says so on stdout and ends. docs/hub.md */
async function importBackup(argv: readonly string[]): Promise<never> {
  const { importCommunity } = await import('./identity/import-community.ts');
  const at = argv.indexOf('--file');
  const [file, passphrase] = [at < 0 ? undefined : argv[at + 1], process.env.COMMUNITY_PASSPHRASE];
  try {
    if (file === undefined) throw new ConfigError('--file: give the file that the node saved');
    if (!passphrase) throw new ConfigError('COMMUNITY_PASSPHRASE: give the passphrase of the backup in the environment');
    const config = readConfig([...argv.slice(0, at), ...argv.slice(at + 2)], process.env);
    const text = await readFile(file, 'utf8').catch((cause: Error) => {
      throw new ConfigError(`--file: ${cause.message}`, { cause });
    });
    const done = await importCommunity({ dataDir: config.dataDir, migrationsFolder, text, passphrase, now: Date.now() });
    process.stdout.write(`${JSON.stringify(done)}\n`);
    process.exit(0);
  } catch (error) {
    if (error instanceof ConfigError) refuse(error);
    process.stderr.write(`energymesh-hub: ${(error as Error).message}\n`);
    process.exit(exit.failed);
  }
}

/** Both src/ and the bundle's dist/ lie beside drizzle/. */
const migrationsFolder = fileURLToPath(new URL('../drizzle', import.meta.url));
const [command, ...argv] = process.argv.slice(2);
if (command === 'import-community') await importBackup(argv);
if (command === 'deploy-contract') await deploy(argv);
const config = orRefuse(() => readConfig(process.argv.slice(2), process.env));
const log = pino({ level: config.logLevel, base: { app: 'hub' } });
let hub: Hub | undefined;
let ending = false;

/** A second signal changes nothing: the end is bounded anyway. */
async function end(signal: string): Promise<void> {
  if (ending) return;
  ending = true;
  log.info({ signal }, 'ending');
  setTimeout(() => process.exit(exit.failed), closingMsMax).unref();
  await hub?.[Symbol.asyncDispose]();
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(signal));

try {
  const opened = await Hub.open({ config, clock: systemClock, log, migrationsFolder, failed: () => process.exit(exit.failed) });
  hub = opened;
  if (ending) await opened[Symbol.asyncDispose]();
} catch (error) {
  if (error instanceof ConfigError) refuse(error);
  log.fatal({ err: error }, 'the hub could not start');
  process.exit(exit.failed);
}
