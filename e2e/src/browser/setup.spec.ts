import { get } from 'node:http';
import { encodeQR } from 'qr';
import type { AgentProcess } from '../community/agent-process.ts';
import { expect, loggedOut, test } from './community.ts';
import { passphrase } from './operator.ts';
import { expectAccessible } from './screen.ts';

test.use({ storageState: loggedOut, baseURL: ({ street }, use) => use(street.agent('N').url) });

/** Asks as a system that looks for a captive portal: by a name of its vendor's, which leads here. */
function probe(agent: AgentProcess, host: string, path: string): Promise<{ status: number; location: string | undefined }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: agent.ports.http, path, headers: { host } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, location: response.headers.location });
    }).on('error', reject);
  });
}
const probes = [
  ['captive.apple.com', '/hotspot-detect.html', 200],
  ['connectivitycheck.gstatic.com', '/generate_204', 204],
  ['www.msftconnecttest.com', '/connecttest.txt', 200],
  ['detectportal.firefox.com', '/canonical.html', 200],
] as const;

test('from a blank node to online: portal, claim, photo of an invite, name and place; interrupted at every step', async ({ page, street, browser }) => {
  test.slow();
  const agent = street.agent('N');
  const { hub } = street.world.community;
  agent.start(hub);
  await expect.poll(() => agent.claimCode()).toBeDefined();
  const code = agent.claimCode() ?? '';
  const step = page.getByTestId('setup');
  const at = (name: string) => expect(step).toHaveAttribute('data-step', name, { timeout: 30_000 });
  const heading = (name: string) => expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  const next = () => page.getByRole('button', { name: 'Next', exact: true }).click();

  // The phone's system asks, is sent to the wizard, and opens it.
  await expect.poll(async () => (await agent.health())?.status).toBe('ok');
  let wizard = '';
  for (const [host, path] of probes) {
    const { status, location } = await probe(agent, host, path);
    expect([status, location]).toEqual([302, `http://127.0.0.1:${agent.ports.http}/setup`]);
    wizard = location ?? '';
  }
  await page.goto(wizard);
  await page.getByLabel('Claim code').fill(code);
  await page.getByRole('button', { name: 'Claim this node' }).click();
  await page.getByLabel('New passphrase', { exact: true }).fill(passphrase);
  await page.getByLabel('Once more', { exact: true }).fill(passphrase);
  await page.getByRole('button', { name: 'Set the passphrase' }).click();
  await heading('Join your neighbours’ mesh.');
  await expectAccessible(page, 'setup-way');

  // A new mesh is one of the ways; here there is one already.
  await page.getByRole('button', { name: /Start a new mesh/ }).click();
  await heading('What is the new mesh called?');
  await expectAccessible(page, 'setup-create');
  await page.getByRole('button', { name: 'Back', exact: true }).click();

  // Not an invite, in words; cut off, in words.
  await page.getByRole('button', { name: /Paste or open/ }).click();
  await page.getByLabel('Invite', { exact: true }).fill('Hello');
  await page.getByRole('button', { name: 'Check the invite' }).click();
  await expect(page.getByTestId('invite-trouble')).toContainText('An invite is a line that begins with EM1-');
  const invite = await hub.invite(false);
  await page.getByLabel('Invite', { exact: true }).fill(invite.slice(0, -40));
  await page.getByRole('button', { name: 'Check the invite' }).click();
  await expect(page.getByTestId('invite-trouble')).toContainText('it was cut off');
  await expectAccessible(page, 'setup-way-wrong');
  await page.reload();
  await at('way');

  // A photo of the code, as a neighbour's phone shows it: no camera, a file.
  await page.getByTestId('invite-photo').setInputFiles({ name: 'wall.png', mimeType: 'image/png', buffer: await photoOf(browser, undefined) });
  await expect(page.getByTestId('invite-trouble')).toContainText('There is no QR code');
  await page.getByTestId('invite-photo').setInputFiles({ name: 'invite.png', mimeType: 'image/png', buffer: await photoOf(browser, invite) });
  await heading('An invite to Millbrook.');
  await expectAccessible(page, 'setup-invite');
  await page.getByRole('button', { name: 'Join Millbrook' }).click();
  await at('radio');
  await page.reload();
  await heading('This machine has no radio.');
  await expectAccessible(page, 'setup-radio');

  // The power goes; the page waits, and goes on by itself.
  await agent.child.kill();
  await expect(page.getByTestId('setup-silent')).toBeVisible({ timeout: 20_000 });
  await expectAccessible(page, 'setup-silent');
  agent.start(hub);
  await expect(page.getByTestId('setup-silent')).toBeHidden({ timeout: 20_000 });
  await next();
  await at('place');
  await expect(page.getByLabel('Name of this node')).toHaveValue('New node');
  await page.getByLabel('Name of this node').fill('Ferry House');
  await page.getByLabel('Where it stands').fill('by the river');
  await next();
  await expect(page.getByText('These are no coordinates.')).toBeVisible();
  await page.getByLabel('Where it stands').fill('50.7311, 7.1101');
  await page.getByTestId('place-grid').click({ position: { x: 200, y: 100 } });
  await expect(page.getByLabel('Where it stands')).not.toHaveValue('50.7311, 7.1101');
  await expectAccessible(page, 'setup-place');

  // The hub is down: said so, the node goes on without it and asks again by itself.
  await hub.stop();
  await next();
  await at('join');
  await expect(page.getByTestId('join-trouble')).toContainText('No answer from https://', { timeout: 30_000 });
  await expectAccessible(page, 'setup-join');
  await page.reload();
  await at('join');
  await page.getByRole('button', { name: 'Go on without the hub' }).click();
  await heading('Ferry House is ready.');
  await expectAccessible(page, 'setup-deferred');
  for (const [host, path, status] of probes) expect((await probe(agent, host, path)).status).toBe(status);
  // Home has what is left, and leads back here.
  await page.getByRole('link', { name: 'Go to Home' }).click();
  await expect(page.getByTestId('start-list')).toContainText('Join a community');
  await expectAccessible(page, 'setup-home');
  await page.getByTestId('start-list').getByRole('link', { name: 'Join a community' }).click();
  await heading('Ferry House is ready.');
  await agent.child.kill();
  await hub.start();
  agent.start(hub);
  await heading('Ferry House is part of the mesh.');
  await expect(page.getByTestId('setup-summary')).toContainText('Millbrook');
  await expectAccessible(page, 'setup-done');
  await page.getByRole('link', { name: 'Go to Home' }).click();
  await expect(page.getByTestId('status-sentence')).toContainText('neighbour', { timeout: 30_000 });
  await street.world.connected();
  await agent.stop();
});

/** A code on a screen, seen a little from the side; without a text the wall behind it. */
async function photoOf(browser: import('@playwright/test').Browser, text: string | undefined): Promise<Buffer> {
  const context = await browser.newContext({ viewport: { width: 900, height: 1100 }, deviceScaleFactor: 1 });
  const page = await context.newPage();
  const code = text === undefined ? '' : encodeQR(text, 'svg', { ecc: 'low' }).replace('<svg ', '<svg width="640" height="640" ');
  await page.setContent(
    `<body style="background:linear-gradient(130deg,#8a7a66,#cfc4b0);display:grid;place-items:center;height:100vh;margin:0"><div style="${code && 'background:#fff;padding:40px'};transform:rotate(3deg) skewY(2deg)">${code}</div></body>`,
  );
  const photo = await page.screenshot();
  await context.close();
  return photo;
}
