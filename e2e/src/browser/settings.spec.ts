import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import mqtt from 'mqtt';
import { expect, loggedOut, test } from './community.ts';
import { NetworkHelper } from './helper-process.ts';
import { logIn, passphrase } from './operator.ts';
import { expectAccessible } from './screen.ts';
import { Sent } from './secrets.ts';

const heading = (page: Page, name: string | RegExp) => expect(page.getByRole('heading', { level: 1, name })).toBeVisible({ timeout: 15_000 });

test('a change of the network: wrong fields by name, what will change, kept; another one left alone undoes itself', async ({ page, street }) => {
  test.slow();
  await using helper = await NetworkHelper.open(street.agent('D'));
  await page.goto('/');
  await page.getByRole('link', { name: 'Settings' }).click();
  await heading(page, 'How Church Row 4 is set up.');
  await expect(page.getByRole('link', { name: 'Mesh Wi-Fi millbrook' })).toBeVisible();
  await expectAccessible(page, 'settings');
  await page.getByRole('link', { name: /^Mesh Wi-Fi/ }).click();
  await heading(page, 'This node meshes by radio as millbrook.');
  await expect(page.locator('main')).not.toContainText('lantern-orchard');

  // Nothing different; then what cannot be, by its field.
  await page.getByRole('button', { name: 'See what will change' }).click();
  await expect(page.getByTestId('network-trouble')).toContainText('Nothing is different.');
  await page.getByRole('button', { name: 'Replace it: Passphrase of the mesh' }).click();
  const sent = new Sent(page);
  await page.getByLabel('Passphrase of the mesh', { exact: true }).fill('short-lark');
  await page.getByRole('button', { name: 'See what will change' }).click();
  await expect(page.getByLabel('Passphrase of the mesh', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('Expected at least 12 characters.')).toBeVisible();
  // The node has read it, and nobody on the way.
  expect(sent.count).toBeGreaterThan(0);
  expect(sent.holding('short-lark')).toEqual([]);
  await expectAccessible(page, 'settings-mesh-wrong');
  await page.getByRole('button', { name: 'Keep the old one' }).click();
  await page.getByLabel('Channel').selectOption('11');
  await page.getByRole('button', { name: 'See what will change' }).click();
  await heading(page, 'This will change.');
  await expect(page.getByTestId('differences')).toContainText(/Mesh channel\s*6\s*11/);
  await expectAccessible(page, 'settings-review');
  await page.getByRole('button', { name: 'Change it now' }).click();

  // In force, counting down; the phone loses the node, finds it again, and keeps the change.
  await heading(page, 'If you can read this, the new settings work.');
  const left = page.getByTestId('seconds-left');
  expect(Number(await left.getAttribute('data-value'))).toBeGreaterThan(45);
  await expectAccessible(page, 'settings-waiting');
  await page.route('**/trpc/**', (route) => route.abort());
  await heading(page, 'Reconnecting to the node.');
  await expect(page.getByRole('button', { name: 'Keep', exact: true })).toBeDisabled();
  await expect(page.getByTestId('elsewhere').getByRole('link').first()).toHaveText(/^energymesh-[0-9a-f]{16}\.local:\d+$/);
  await expectAccessible(page, 'settings-reconnecting');
  await page.unroute('**/trpc/**');
  await heading(page, 'If you can read this, the new settings work.');
  await expect(page.getByText(/This page lost the node for \d+ seconds? and found it again\./)).toBeVisible();
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await heading(page, 'Kept. The new settings stay.');
  await expect(page.getByTestId('change-outcome')).toHaveAttribute('data-result', 'confirmed');

  // A tunnel: what is wrong stands at its field.
  await page.goto('/settings/tunnels');
  await page.getByRole('button', { name: 'Add a tunnel' }).click();
  await page.getByLabel('Address of this node in the tunnel').fill('10.60.0.4/24');
  await page.getByLabel('Its public key').fill('not a key');
  await page.getByLabel('What is behind it').fill('10.60.0.1/32');
  await page.getByRole('button', { name: 'See what will change' }).click();
  await expect(page.getByText('Expected a WireGuard public key: 44 characters of base64.')).toBeVisible();
  await expectAccessible(page, 'settings-tunnels');
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  await page.goto('/settings/access-point');
  await heading(page, 'Phones and devices join it by the Wi-Fi EnergyMesh Church Row.');
  await expectAccessible(page, 'settings-access-point');

  // Left alone: the list leads back to it while it waits, then the old settings are back.
  await page.goto('/settings/internet');
  await heading(page, 'It reaches the internet by cable.');
  await page.getByRole('radio', { name: /By my Wi-Fi/ }).check();
  await page.getByLabel('Name of the Wi-Fi').fill('Lindgren 5G');
  await page.getByLabel('Its passphrase', { exact: true }).fill('seven-bells-at-sea');
  await expectAccessible(page, 'settings-internet');
  await page.getByRole('button', { name: 'See what will change' }).click();
  await expect(page.getByTestId('differences')).toContainText('by Wi-Fi, Lindgren 5G');
  await expect(page.locator('main')).not.toContainText('seven-bells');
  await page.getByRole('button', { name: 'Change it now' }).click();
  await heading(page, 'If you can read this, the new settings work.');
  await page.goto('/settings');
  await expect(page.getByTestId('change-lamp')).toContainText('A change waits for your word');
  await page.getByTestId('change-lamp').click();
  await heading(page, 'If you can read this, the new settings work.');
  helper.timeIsOver();
  await heading(page, 'The old settings are back. Nothing changed.');
  await expect(page.getByTestId('change-outcome')).toContainText('because nobody confirmed it in time');
  await expectAccessible(page, 'settings-undone');
  await page.goto('/settings/internet');
  await heading(page, 'It reaches the internet by cable.');
});

test('a device: made with a password shown once, connected with it, told so when the hub is silent, revoked', async ({ page, street }) => {
  test.slow();
  const agent = street.agent('D');
  const { hub } = street.world.community;
  await page.goto('/settings/devices');
  await heading(page, /^2 devices, \d connected here\.$/);
  await page.getByRole('button', { name: 'Add a device' }).click();
  await page.getByLabel('Name of the device').fill('Church Lock');
  await page.getByRole('button', { name: 'Make its password' }).click();
  await expect(page.getByText('Give 1 to 32 of a to z')).toBeVisible();
  await page.getByLabel('Name of the device').fill('weir-lock');
  await page.getByLabel('What it is').selectOption('lock');
  await page.getByRole('button', { name: 'Make its password' }).click();
  await expect(page.getByText('There is a device of this name in the community already.')).toBeVisible();
  await expectAccessible(page, 'settings-device-add');
  const answers: string[] = [];
  page.on('response', async (response) => {
    if (response.url().includes('devices.add')) answers.push(await response.text());
  });
  await page.getByLabel('Name of the device').fill('church-lock');
  await page.getByRole('button', { name: 'Make its password' }).click();
  const password = (await page.getByTestId('device-password').textContent()) ?? '';
  expect(password).toMatch(/^[\w-]{22}$/);
  await expect(page.getByTestId('made-device')).toContainText('em/church-lock/command');
  // Nobody on the network read it.
  expect(answers.join().length).toBeGreaterThan(100);
  for (const word of ['church-lock', password]) expect(answers.join()).not.toContain(word);
  await expectAccessible(page, 'settings-device-made');
  await page.getByText('For an ESP32').click();
  await expect(page.getByTestId('snippet')).toContainText(`.password = "${password}"`);
  await page.getByRole('button', { name: 'I have it' }).click();
  const row = page.getByTestId('device').and(page.locator('[data-device="church-lock"]'));
  await expect(row).toBeVisible({ timeout: 20_000 });
  await expect(page.locator('main')).not.toContainText(password);

  // It works at once, by what was shown.
  const options = { ca: hub.deviceRootPem(), username: 'church-lock', password, clientId: 'church-lock', servername: 'energymesh.local', reconnectPeriod: 0 };
  const client = await mqtt.connectAsync(agent.devicesUrl, options);
  await expect(row).toContainText('connected here', { timeout: 15_000 });
  await expectAccessible(page, 'settings-devices');

  await hub.stop();
  await page.reload();
  await expect(page.getByTestId('hub-away')).toContainText('It alone adds and revokes devices', { timeout: 20_000 });
  await expect(page.getByRole('button', { name: 'Add a device' })).toBeDisabled();
  await expect(row).toContainText('connected here');
  await expectAccessible(page, 'settings-devices-hub-away');
  await hub.start();
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.getByRole('button', { name: 'Revoke church-lock' }).click();
  await expectAccessible(page, 'settings-device-revoke');
  const gone = new Promise<void>((resolve) => client.once('close', () => resolve()));
  await page.getByRole('button', { name: 'Revoke it' }).click();
  await expect(row).toHaveCount(0, { timeout: 30_000 });
  await gone;
  await client.endAsync(true);
  await expect(mqtt.connectAsync(agent.devicesUrl, options)).rejects.toThrow(/Not authorized|Bad (user|username)/i);
  await street.world.connected();
});

test('the node itself: backend, updates, ids and diagnostics without secrets, how much it logs', async ({ page, street }) => {
  await page.goto('/settings/backend');
  await heading(page, 'This node reaches the backend through its neighbours.');
  await expect(page.getByTestId('backend')).toContainText('https://');
  await page.getByText('The hub has another address').click();
  await page.getByLabel('New address').fill('127.0.0.1:1');
  await page.getByRole('button', { name: 'Try it and keep it' }).click();
  await expect(page.getByTestId('hub-trouble')).toHaveText(/^No hub answers at 127\.0\.0\.1:1\. Nothing was changed\./);
  await expectAccessible(page, 'settings-backend');
  const [known = ''] = /https:\/\/[\w.-]+:\d+/.exec((await page.getByTestId('backend').textContent()) ?? '') ?? [];
  await page.getByLabel('New address').fill(known);
  await page.getByRole('button', { name: 'Try it and keep it' }).click();
  await expect(page.getByTestId('hub-form').getByRole('status')).toHaveText('The hub answered there. The address is kept.');
  await page.goto('/settings/updates');
  await heading(page, /^Version .* is installed\.$/);
  await expect(page.getByText('was not installed by the package')).toBeVisible();
  await expectAccessible(page, 'settings-updates');
  await page.goto('/settings/advanced');
  await expect(page.getByText(street.id('D')).first()).toBeVisible();
  await page.getByLabel('How much it logs').selectOption('debug');
  await expect(page.getByLabel('How much it logs')).toHaveValue('debug');
  await page.reload();
  await expect(page.getByLabel('How much it logs')).toHaveValue('debug');
  await page.getByLabel('How much it logs').selectOption('info');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download diagnostics' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('church-row-4-diagnostics.json');
  const told = JSON.parse(readFileSync(await file.path(), 'utf8'));
  expect(told).toMatchObject({ energymesh: 'diagnostics', about: { node: { id: street.id('D') } }, status: { node: { name: 'Church Row 4' } } });
  for (const name of ['identity/enrolment.json', 'identity/node.key']) {
    const secrets = readFileSync(join(street.agent('D').dir, name), 'utf8').match(/[\w+/-]{40,}/g) ?? [];
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(JSON.stringify(told)).not.toContain(secret);
  }
  await expectAccessible(page, 'settings-advanced');
});

test.describe('a node of one’s own', () => {
  test.use({ storageState: loggedOut, baseURL: ({ street }, use) => use(street.agent('N').url) });

  test('who is logged in, another passphrase, and a factory reset by the node’s name', async ({ page, street, browser }) => {
    const agent = street.agent('N');
    agent.start(street.world.community.hub);
    await expect.poll(async () => (await agent.health())?.status).toBe('ok');
    await expect.poll(() => agent.claimCode()).toBeDefined();
    const firstCode = agent.claimCode();
    const mine = await logIn(agent);
    const theirs = await browser.newContext({ ...test.info().project.use, baseURL: agent.url, storageState: await logIn(agent) });
    const context = await browser.newContext({ ...test.info().project.use, baseURL: agent.url, storageState: mine });
    const own = await context.newPage();
    await own.goto('/settings/sessions');
    await heading(own, '3 browsers are logged in.');
    await expectAccessible(own, 'settings-sessions');
    const other = await theirs.newPage();
    await other.goto('/settings/advanced');
    await heading(other, 'For whoever looks closely.');
    await own.getByRole('button', { name: 'Log out all others' }).click();
    await expect(own.getByTestId('sessions-said')).toHaveText('2 sessions ended.');
    await expect(other.getByText('Your session has ended')).toBeVisible({ timeout: 20_000 });
    await theirs.close();

    await own.getByLabel('Passphrase until now', { exact: true }).fill('not the one of before');
    await own.getByLabel('New passphrase', { exact: true }).fill('kettle orbit walnut');
    await own.getByLabel('Once more', { exact: true }).fill('kettle orbit walnut');
    await own.getByRole('button', { name: 'Change it' }).click();
    await expect(own.getByTestId('passphrase-trouble')).toContainText('That is not the passphrase.');
    await own.getByLabel('Passphrase until now', { exact: true }).fill(passphrase);
    await own.getByRole('button', { name: 'Change it' }).click();
    await expect(own.getByTestId('passphrase-said')).toHaveText('The passphrase is changed. All other sessions have ended.', { timeout: 20_000 });
    await expect(own).toHaveURL(/\/settings\/sessions$/);
    await heading(own, 'You alone are logged in.');

    await own.goto('/settings/reset');
    await heading(own, 'Make New node as it came out of the box.');
    await own.getByLabel('Your passphrase', { exact: true }).fill('kettle orbit walnut');
    await own.getByLabel('Type the node’s name').fill('New nod');
    await expect(own.getByRole('button', { name: 'Wipe this node' })).toBeDisabled();
    await expectAccessible(own, 'settings-reset');
    await own.getByLabel('Type the node’s name').fill('New node');
    await own.getByRole('button', { name: 'Wipe this node' }).click();
    // As out of the box: nobody's, with another code.
    await expect(own.getByLabel('Claim code')).toBeVisible({ timeout: 30_000 });
    expect(agent.claimCode()).not.toBe(firstCode);
    await context.close();
    await agent.stop();
    await page.close();
  });
});
