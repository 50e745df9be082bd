import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testCommunity } from '../../../apps/agent/src/community.fixture.ts';
import { until } from '../community/until.ts';
import { type Wire, wireName } from './wire.ts';

const program = fileURLToPath(new URL('../../../apps/agent/src/main.ts', import.meta.url));
const reader = fileURLToPath(new URL('./read-agent.ts', import.meta.url));
/** Ends what is started here when this process is killed. */
const exitWithParent = fileURLToPath(new URL('../community/exit-with-parent.mjs', import.meta.url));
const deadlineMs = 45_000;
/** In a namespace of its own each agent may have the usual one. */
const httpPort = 8080;

/** What a node's own dashboard shows, as read-agent.ts prints it. */
export interface Shown {
  readonly nearby: readonly { readonly id: string; readonly name: string; readonly port: number }[];
  readonly neighbours: readonly { readonly id: string; readonly segment: string }[];
}

class Agent {
  readonly id: string;
  readonly name: string;
  readonly #dir: string;
  readonly #process: ChildProcess;
  readonly #namespace: string;
  #reading: ChildProcess | undefined;
  #shown: Shown = { nearby: [], neighbours: [] };

  constructor(options: { readonly id: string; readonly name: string; readonly dir: string; readonly namespace: string }) {
    const { id, name, dir, namespace } = options;
    this.id = id;
    this.name = name;
    this.#dir = dir;
    this.#namespace = namespace;
    const file = join(dir, 'config.json');
    const config = {
      name,
      dataDir: dir,
      http: { port: httpPort },
      devices: { port: 0 },
      segments: [{ type: 'interface', name: wireName }],
      spoolBytesMax: 4 * 1024 * 1024,
      logLevel: 'warn',
    };
    writeFileSync(file, JSON.stringify(config));
    this.#process = this.#run([program, '--config', file]);
  }

  /** The operator's page of this node is open from now on. */
  async read(): Promise<void> {
    const code = join(this.#dir, 'claim-code');
    await until(`${this.name} to show its claim code`, deadlineMs, () => read(code) !== '');
    this.#reading = this.#run([reader, `http://localhost:${httpPort}`, read(code)]);
    let text = '';
    this.#reading.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.#shown = JSON.parse(line) as Shown;
    });
  }

  shows(other: Agent): boolean {
    const { nearby } = this.#shown;
    return nearby.length === 1 && nearby[0]?.id === other.id && nearby[0].name === other.name && nearby[0].port === httpPort;
  }

  isLinkedTo(other: Agent): boolean {
    return this.#shown.neighbours.some(({ id, segment }) => id === other.id && segment.includes(wireName));
  }

  async stop(): Promise<void> {
    for (const child of [this.#reading, this.#process]) {
      if (!child || child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await gone;
      clearTimeout(timer);
    }
  }

  /** `ip` becomes the program that it runs, so a signal to it reaches that. */
  #run(argv: readonly string[]): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.#namespace, process.execPath, '--import', exitWithParent, ...argv], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Two agents of one community on one wire: their dashboards list each other, and they are linked over it. */
export async function twoAgents(wire: Wire, check: (what: string, held: boolean) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'energymesh-netns-'));
  const clear = (): void => rmSync(dir, { recursive: true, force: true });
  process.once('exit', clear);
  const agents: Agent[] = [];
  try {
    const community = await testCommunity();
    for (const [i, namespace] of wire.namespaces.entries()) {
      const [name, folder] = [`Node ${'ab'[i]}`, join(dir, `${i}`)];
      const id = await community.enrol(folder, name, { gateway: false });
      agents.push(new Agent({ id, name, dir: folder, namespace }));
    }
    await Promise.all(agents.map((agent) => agent.read()));
    const [a, b] = agents as [Agent, Agent];
    const all = () => a.shows(b) && b.shows(a) && a.isLinkedTo(b) && b.isLinkedTo(a);
    await until('both agents to show each other', deadlineMs, all).catch(() => {});
    check("agent a's dashboard lists b, and only b", a.shows(b));
    check("agent b's dashboard lists a, and only a", b.shows(a));
    check('agent a is linked to b over the wire', a.isLinkedTo(b));
    check('agent b is linked to a over the wire', b.isLinkedTo(a));
  } finally {
    await Promise.all(agents.map((agent) => agent.stop()));
    process.off('exit', clear);
    clear();
  }
}
