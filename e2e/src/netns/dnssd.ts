/**
 * Two nodes on one wire: two network namespaces joined by a veth pair, in each a process that advertises and browses `_energymesh._tcp` and sends
 * beacons on the wire's link-local IPv6; then a whole agent in each. Run as root: `node e2e/src/netns/dnssd.ts`. Last line: `N passed, N failed`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Incarnation } from '@energymesh/protocol';
import { systemClock } from '../../../apps/agent/src/clock.ts';
import { createLogger } from '../../../apps/agent/src/logger.ts';
import { Beacons } from '../../../apps/agent/src/mesh/beacons.ts';
import { DnsSd } from '../../../apps/agent/src/mesh/dnssd.ts';
import { twoAgents } from './agents.ts';
import { Wire, wireName } from './wire.ts';

const deadlineMs = 60_000;
const script = fileURLToPath(import.meta.url);

interface Seen {
  readonly nearby: readonly string[];
  readonly heard: readonly string[];
}

/** In a namespace: says on stdout, as JSON lines, whom it sees. Ends when its standard input does. */
async function beNode(id: string, port: number, key: string): Promise<void> {
  const logger = createLogger('debug');
  const heard = new Set<string>();
  const dnssd = DnsSd.open({ id, name: `node ${id.slice(-1)}`, state: 'relay', port, interfaces: [wireName], clock: systemClock, logger });
  const tell = () => console.log(JSON.stringify({ nearby: dnssd.nearby().map((node) => `${node.id} ${node.name} ${node.port}`), heard: [...heard] }));
  dnssd.onChange(tell);
  const beacons = new Beacons({
    segments: [{ type: 'interface', name: wireName }],
    port,
    incarnation: Incarnation(1),
    keys: () => [Buffer.from(key, 'hex')],
    lonely: () => false,
    clock: systemClock,
    random: { next: Math.random },
    logger,
    onCandidate: (candidate) => {
      const target = beacons.target(candidate.key);
      heard.add(`${target?.host} ${target?.port}`);
      tell();
    },
    onLost: () => {},
    count: () => {},
  });
  await beacons.open(new AbortController().signal);
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
  await beacons[Symbol.asyncDispose]();
  await dnssd[Symbol.asyncDispose]();
  process.exit(0);
}

class Member {
  readonly id: string;
  readonly port: number;
  readonly namespace: string;
  seen: Seen = { nearby: [], heard: [] };
  #child: ChildProcess | undefined;

  constructor(letter: string, port: number, namespace: string) {
    this.id = letter.repeat(16);
    this.port = port;
    this.namespace = namespace;
  }

  start(key: string, changed: () => void): void {
    const child = spawn('ip', ['netns', 'exec', this.namespace, process.execPath, script, 'node', this.id, `${this.port}`, key], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    // What a library prints on stdout is passed on, not read.
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"nearby"')) this.seen = JSON.parse(line) as Seen;
      else console.error(line);
      changed();
    });
  }

  /** Closes its standard input; resolves with its exit code, after a kill when it does not end within 5 s. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    if (!child) return null;
    if (child.exitCode !== null) return child.exitCode;
    const { promise, resolve } = Promise.withResolvers<number | null>();
    child.once('exit', resolve);
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    const code = await promise;
    clearTimeout(timer);
    return code;
  }
}

async function main(): Promise<void> {
  using wire = new Wire();
  const a = new Member('a', 4001, wire.namespaces[0]);
  const b = new Member('b', 4002, wire.namespaces[1]);
  let passed = 0;
  let failed = 0;
  const check = (what: string, held: boolean) => {
    console.log(`${held ? 'ok  ' : 'FAIL'} ${what}`);
    if (held) passed++;
    else failed++;
  };
  try {
    const key = randomBytes(32).toString('hex');
    const done = () => lists(a, b) && lists(b, a) && hears(a, b) && hears(b, a);
    const { promise: all, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadlineMs);
    for (const member of [a, b]) member.start(key, () => done() && resolve());
    await all;
    clearTimeout(timer);
    check('a lists b, and only b', lists(a, b));
    check('b lists a, and only a', lists(b, a));
    check("a hears b's beacon over link-local IPv6", hears(a, b));
    check("b hears a's beacon over link-local IPv6", hears(b, a));
    check('a says goodbye and ends by itself', (await a.stop()) === 0);
    check('b no longer lists a', await eventually(() => b.seen.nearby.length === 0));
    check('b ends by itself', (await b.stop()) === 0);
    await twoAgents(wire, check);
  } catch (error) {
    check(`nothing unforeseen: ${(error as Error).message}`, false);
  } finally {
    await Promise.all([a.stop(), b.stop()]);
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

const lists = (member: Member, other: Member): boolean =>
  member.seen.nearby.length === 1 && member.seen.nearby[0] === `${other.id} node ${other.id.slice(-1)} ${other.port}`;
const hears = (member: Member, other: Member): boolean => member.seen.heard.some((at) => at.startsWith('fe80:') && at.endsWith(`%${wireName} ${other.port}`));

/** Asked again with every turn of the event loop's timers, for at most 10 s: the goodbye is on its way. */
async function eventually(held: () => boolean): Promise<boolean> {
  for (let i = 0; i < 100 && !held(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  return held();
}

const [role, ...given] = process.argv.slice(2);
if (role === 'node') await beNode(given[0] as string, Number(given[1]), given[2] as string);
else await main();
