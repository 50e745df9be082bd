import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Page as Dashboard } from '@energymesh/agent/api/page.fixture';
import type { Browser, Page } from '@playwright/test';
import { test } from './community.ts';

const root = join(import.meta.dirname, '../../..');
const passphrase = 'kettle orbit walnut';

/** The simulated agent of `apps/pwa/dev` with one state of the radios, which no machine without radios can show; `more` of its options. */
export async function simulated(radio: string, more: readonly string[] = []) {
  const child = spawn(
    process.execPath,
    [join(root, 'apps/pwa/dev/fake-agent.ts'), '--scene', '8', '--radio', radio, ...more, '--port', '0', '--passphrase', passphrase],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let url = '';
  for await (const line of createInterface(child.stdout)) {
    url = /http:\S+/.exec(line)?.[0] ?? url;
    if (line.startsWith('passphrase')) break;
  }
  const dashboard = new Dashboard(url);
  await dashboard.login('operator', passphrase);
  const { session } = dashboard;
  await dashboard.close();
  const localStorage = [{ name: 'energymesh.session', value: JSON.stringify(session) }];
  return {
    open: async (browser: Browser, path: string): Promise<Page> => {
      const context = await browser.newContext({
        ...test.info().project.use,
        baseURL: url,
        storageState: { cookies: [], origins: [{ origin: url, localStorage }] },
      });
      const page = await context.newPage();
      await page.goto(path);
      return page;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
