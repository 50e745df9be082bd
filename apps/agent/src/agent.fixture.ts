import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { Aedes } from 'aedes';
import { pino } from 'pino';
import { runAgent } from './agent.ts';
import { systemClock } from './clock.ts';
import { loadConfig } from './config.ts';

/** A multicast group per test run, so that runs side by side do not hear each other. */
const group = `239.77.${(process.pid >> 8) & 255}.${process.pid & 255}`;

export interface Running extends AsyncDisposable {
  readonly base: string;
  readonly claimCode: string;
  /** Port of the device door. */
  readonly devices: number;
  /** A member of its community, with everything open. */
  readonly ready: Promise<unknown>;
}
/** `EM_TEST_BLANK` in `extra`: it has no way into a community yet, and is not waited for. */
export async function startAgent(
  { name, dataDir, folder }: { readonly name: string; readonly dataDir: string; readonly folder: string },
  extra: Record<string, string> = {},
): Promise<Running> {
  const { config } = loadConfig({
    environment: {
      EM_NAME: name,
      EM_DATA_DIR: dataDir,
      EM_HTTP_HOST: '127.0.0.1',
      EM_HTTP_PORT: '0',
      EM_DEVICES_HOST: '127.0.0.1',
      EM_DEVICES_PORT: '0',
      EM_LINKS_HOST: '127.0.0.1',
      EM_MDNS: 'false',
      EM_SPOOL_BYTES_MAX: '8388608',
      ...extra,
      EM_SEGMENTS: JSON.stringify([{ type: 'multicast', group, port: 17_900, interface: '127.0.0.1' }]),
    },
    folder,
  });
  const stop = new AbortController();
  const printed: string[] = [];
  const logged = new PassThrough();
  const ready = new Promise<{ devices: number }>((resolve) => {
    createInterface(logged).on('line', (line) => {
      if (process.env.EM_TEST_LOG) process.stderr.write(`${line}\n`);
      const entry = JSON.parse(line) as { msg: string; devices: number };
      if (entry.msg === 'ready') resolve(entry);
    });
  });
  let told = () => {};
  const ran = runAgent(
    {
      config,
      logger: pino({ level: process.env.EM_TEST_LOG ?? 'info', base: { name } }, logged),
      clock: systemClock,
      build: { version: 'test', date: 0 },
      print: (line) => {
        printed.push(line);
        told();
      },
    },
    stop.signal,
  );
  await Promise.race([
    ran,
    new Promise<void>((resolve) => {
      // The claim code, where there is one, comes in the same breath.
      told = () => resolve();
    }),
  ]);
  const last = (pattern: RegExp) => printed.flatMap((line) => pattern.exec(line)?.[1] ?? []).at(-1) ?? '';
  const { devices } = extra.EM_TEST_BLANK ? { devices: 0 } : await ready;
  return {
    devices,
    /** A port of 0 is another one after joining. */
    get base() {
      return last(/(http:\S+)/);
    },
    get claimCode() {
      return last(/Claim code: (\S+)/);
    },
    ready,
    async [Symbol.asyncDispose]() {
      stop.abort('test over');
      await ran;
    },
  };
}

/** Any MQTT broker is a backend; this one speaks 3.1.1. */
export async function openBackend(take: (topic: string, payload: Buffer) => void) {
  const broker = await Aedes.createBroker();
  broker.on('publish', ({ topic, payload }, client) => {
    if (client) take(topic, Buffer.from(payload));
  });
  const server = createServer(broker.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    publish: (topic: string, payload: string) =>
      broker.publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false }, () => {}),
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => broker.close(resolve));
      server.close();
    },
  };
}
