import { Page as Dashboard } from '@energymesh/agent/api/page.fixture';
import type { BrowserContextOptions } from '@playwright/test';
import type { AgentProcess } from '../community/agent-process.ts';

export const passphrase = 'seven lanterns over the mill race';

/** Sets the passphrase of a node that has none yet. */
export async function claim(agent: AgentProcess): Promise<void> {
  const code = agent.claimCode();
  if (code === undefined) return;
  const dashboard = new Dashboard(agent.url);
  await dashboard.claim(code, passphrase);
  await dashboard.close();
}

/** What a browser keeps that has logged in to this node, each time a session of its own. */
export async function logIn(agent: AgentProcess): Promise<Exclude<BrowserContextOptions['storageState'], string | undefined>> {
  await claim(agent);
  const dashboard = new Dashboard(agent.url);
  if (!(await dashboard.login('operator', passphrase))) throw new Error(`node ${agent.node.key} does not take the passphrase`);
  const { session } = dashboard;
  await dashboard.close();
  return { cookies: [], origins: [{ origin: agent.url, localStorage: [{ name: 'energymesh.session', value: JSON.stringify(session) }] }] };
}
