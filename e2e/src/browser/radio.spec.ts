import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './community.ts';
import { dataOf, expectAccessible } from './screen.ts';
import { simulated } from './simulated.ts';

const wide = () => (test.info().project.use.viewport?.width ?? 0) >= 900;

test('radio beneath the relay: each link with what carries it, in the map, the panel and the list', async ({ browser }) => {
  await using agent = await simulated('good');
  const page = await agent.open(browser, '/mesh');
  await page.getByRole('button', { name: 'Radio', exact: true }).click();
  await expect(page).toHaveURL(/view=radio/);
  const radio = page.getByTestId('radio');
  await expect(radio).toHaveAttribute('data-state', 'fresh');
  const links = page.getByTestId('radio-links').getByRole('listitem');
  const count = await links.count();
  expect(count).toBeGreaterThan(2);
  await expect(page.getByTestId('graph')).toHaveAttribute('data-beneath', String(count));
  await expect(links.first()).toContainText(/Radio, mesh0 · −\d+ dBm · [\d.]+ Mbit\/s · way \d+ %/);
  // Beside it what the relay measures.
  await expect(links.first()).toContainText(/\d+ ms/);
  await expect(links.last()).toContainText('Several radio hops, bat0');
  await expect(page.getByTestId('radio-forwarded')).toContainText('48,211');
  await expect(radio).toContainText('None of this is among the packets that your node relayed.');
  for (const part of ['radio-heard', 'radio-interfaces', 'radio-clients', 'radio-gateways', 'radio-reached', 'radio-tunnels', 'radio-check'])
    await expect(page.getByTestId(part).getByRole('listitem').first()).not.toBeEmpty();
  await expectAccessible(page, 'radio-good');

  // A link of the list leads to its neighbour, radio and relay side by side.
  await links.first().getByRole('button').click();
  const figures = page.getByTestId('neighbour-figures');
  await expect(figures).toContainText('Round trip');
  await expect(figures.getByTestId('beneath')).toHaveAttribute('data-kind', 'radio');
  await expect(figures.getByTestId('beneath')).toContainText(/Signal−\d+ dBm/);
  await expectAccessible(page, 'radio-neighbour');
  await page.goto('/mesh?view=list');
  await expect(page.getByTestId('radio-links').getByRole('listitem')).toHaveCount(count);
  await expectAccessible(page, 'radio-list');
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  await page.context().close();
});

test('the wrong adapter: in words what cannot mesh, and what to buy', async ({ browser }) => {
  await using agent = await simulated('wrong');
  const page = await agent.open(browser, '/mesh?view=radio');
  await expect(page.getByTestId('radio')).toContainText('No radio here can mesh: links run over Ethernet.');
  await expect(page.getByTestId('radio-advice')).toContainText(/Buy a USB adapter with the chip MT7612U/);
  await expect(page.getByTestId('radio-check')).toContainText('wlan1 is an MT7925U adapter (WiFi 7): it can be an access point, but cannot mesh.');
  await expectAccessible(page, 'radio-wrong');
  await page.context().close();
});

test('a reader that has stopped: what it said last, greyed and dated', async ({ browser }) => {
  await using agent = await simulated('stale');
  const page = await agent.open(browser, '/mesh?view=radio');
  await expect(page.getByTestId('radio')).toHaveAttribute('data-state', 'stale');
  await expect(page.getByTestId('radio-stale')).toContainText('The radios were last read 14 min ago.');
  await expect(page.getByTestId('radio-links').getByRole('listitem').first()).toContainText('dBm');
  await expectAccessible(page, 'radio-stale');
  await page.context().close();
});

test('a real node without a radio says so; with a snapshot beside it, it shows what that tells', async ({ page, street }) => {
  await page.goto('/mesh');
  await expect.poll(() => dataOf(page, 'mesh-counts', 'links')).toBe('5');
  await page.getByRole('button', { name: 'Radio', exact: true }).click();
  const radio = page.getByTestId('radio');
  await expect(radio).toHaveAttribute('data-state', 'none');
  await expect(radio).toContainText('This machine has no mesh radio: links run over Ethernet.');
  await expectAccessible(page, 'radio-none');

  const file = join(street.agent('D').dir, 'radio.json');
  const outputs = {
    'iw-dev': { exit: 0, text: 'phy#0\n\tInterface wlan0\n\t\ttype managed\n' },
    'iw-phy': { exit: 0, text: 'Wiphy phy0\n\twiphy index: 0\n\tSupported interface modes:\n\t\t * AP\n' },
    'iw-reg': { exit: 0, text: 'global\ncountry DE: DFS-ETSI\n' },
    hardware: { exit: 0, text: 'wlan0 driver=brcmfmac phy=phy0 modalias= speed=\n' },
  };
  writeFileSync(`${file}.new`, JSON.stringify({ version: 1, uptimeSeconds: uptime(), outputs }));
  renameSync(`${file}.new`, file);
  await expect(radio).toHaveAttribute('data-state', 'fresh', { timeout: 20_000 });
  await expect(page.getByTestId('radio-check')).toContainText("wlan0 is the Pi's built-in radio");
  await expect(page.getByTestId('radio-advice')).toContainText('Buy a USB adapter');
  rmSync(file);
  await expect(radio).toHaveAttribute('data-state', 'none', { timeout: 20_000 });
  if (wide()) await expect(page.getByTestId('graph')).toBeVisible();
});
