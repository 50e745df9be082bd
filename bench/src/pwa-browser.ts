import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

interface Screen {
  readonly path: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly pixels: number;
  readonly slowdown: number;
}

interface MapPage extends AsyncDisposable {
  /** Drags the map about for so many frames; the gaps between frames and what drawing took, milliseconds. */
  drag(frames: number): Promise<{ gaps: number[]; paints: number[] }>;
}

export interface Dashboard extends AsyncDisposable {
  open(screen: Screen): Promise<MapPage>;
}

const startMsMax = 30_000;

/** Debian's chromium, or the one that CHROMIUM names: no browser is downloaded. */
const browserFile = (): string | undefined => [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path));

/** A simulated agent with 500 nodes, and a browser that has logged in to it. */
export async function openDashboard(pwa: string): Promise<Dashboard> {
  await using stack = new AsyncDisposableStack();
  const executablePath = browserFile();
  if (!executablePath) throw new Error('no chromium: install the package chromium, or name one by CHROMIUM=/path/to/it');
  const agent = spawn(process.execPath, [join(pwa, 'dev', 'fake-agent.ts'), '--scene', '500', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  stack.defer(() => ended(agent));
  const { address, passphrase } = await told(agent);
  const browser = stack.use(
    await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] }),
  );
  const first = await browser.newPage();
  await first.goto(`${address}/login`);
  await first.locator('input[type=password]').first().fill(passphrase);
  await first.keyboard.press('Enter');
  await first.waitForURL((url) => url.pathname === '/', { timeout: startMsMax });
  const storageState = await first.context().storageState();
  await first.close();
  const owned = stack.move();
  return {
    open: async ({ path, viewport, pixels, slowdown }) => {
      const context = await browser.newContext({ viewport, deviceScaleFactor: pixels, storageState });
      const page = await context.newPage();
      await page.goto(`${address}${path}`);
      await page.locator('canvas[data-nodes="500"][data-paint-ms]').waitFor({ timeout: startMsMax });
      const session = await context.newCDPSession(page);
      if (slowdown > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
      return {
        drag: (frames) => page.evaluate<{ gaps: number[]; paints: number[] }>(`(${dragging})(${frames})`),
        [Symbol.asyncDispose]: () => context.close(),
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function told(agent: ChildProcess): Promise<{ address: string; passphrase: string }> {
  let [address, passphrase] = ['', ''];
  const late = AbortSignal.timeout(startMsMax);
  if (!agent.stdout) throw new Error('the simulated agent has no output');
  const lines = createInterface({ input: agent.stdout, signal: late });
  for await (const line of lines) {
    address ||= /http:\/\/\S+/.exec(line)?.[0] ?? '';
    passphrase ||= /^passphrase: (.+)$/.exec(line)?.[1] ?? '';
    if (address && passphrase) return { address, passphrase };
  }
  throw new Error('the simulated agent ended before it was up; what it printed is above');
}

async function ended(agent: ChildProcess): Promise<void> {
  if (agent.exitCode !== null || agent.signalCode !== null) return;
  const exit = once(agent, 'exit');
  agent.kill('SIGTERM');
  await exit;
}

/** Runs in the page. A mouse that goes in a circle, one step a frame, from a corner where no node stands. */
const dragging = `async (frames) => {
  const canvas = document.querySelector('canvas[data-nodes]');
  const box = canvas.getBoundingClientRect();
  const start = [box.left + 12, box.top + 12];
  const send = (target, type, x, y) => target.dispatchEvent(new MouseEvent(type, { view: window, bubbles: true, cancelable: true, button: 0, clientX: x, clientY: y }));
  const frame = () => new Promise(requestAnimationFrame);
  const [gaps, paints] = [[], []];
  send(canvas, 'mousedown', ...start);
  let before = await frame();
  for (let i = 0; i < frames; i++) {
    const angle = (i / 60) * 2 * Math.PI;
    send(window, 'mousemove', start[0] + 160 * Math.sin(angle), start[1] + 90 * (1 - Math.cos(angle)));
    const now = await frame();
    // The painting asked for by this move runs in this frame, after this line: the attribute is that of the move before.
    if (i > 1) {
      gaps.push(Math.round((now - before) * 100) / 100);
      paints.push(Number(canvas.dataset.paintMs));
    }
    before = now;
  }
  send(window, 'mouseup', ...start);
  await frame();
  return { gaps, paints };
}`;
