import { readFile } from 'node:fs/promises';
import { Page as Dashboard } from '@energymesh/agent/api/page.fixture';
import type { Page } from '@playwright/test';
import type { AgentProcess } from '../community/agent-process.ts';
import { balanceOf } from '../harness/ledger-events.ts';
import { claim, passphrase } from './operator.ts';
import { expect, test } from './paying.ts';
import { dataOf, expectAccessible } from './screen.ts';

// They follow each other: what one has earned, the next withdraws.
test.describe.configure({ mode: 'serial' });
test.setTimeout(240_000);

const stroopsOf = async (page: Page, testId: string): Promise<bigint> => BigInt((await dataOf(page, testId, 'value')) ?? 0);
/** The other node's, by its own page's way. */
async function walletOf(agent: AgentProcess): Promise<string> {
  await claim(agent);
  const dashboard = new Dashboard(agent.url);
  await dashboard.login('operator', passphrase);
  const { address } = await dashboard.client.rewards.wallet.state.query();
  await dashboard.close();
  return address!;
}
const dialog = (page: Page) => page.getByTestId('dialog');

test('the wallet is backed up: words shown once, sealed on their way, confirmed from the paper', async ({ page }) => {
  await page.goto('/earnings');
  await expect(page.getByTestId('test-network')).toContainText('Local test network: hours of 10 seconds.');
  await expect(page.getByTestId('test-network')).toContainText('worth nothing');
  const lamp = page.getByTestId('wallet-lamp');
  await expect(lamp).toContainText('Back up the wallet');
  await page.goto('/');
  // Home has the same lamp, and what was earned as its third answer.
  await expect(page.getByTestId('answer-earned')).toBeVisible();
  await page.getByTestId('wallet-lamp').filter({ visible: true }).click();
  const answers: string[] = [];
  page.on('response', async (response) => {
    if (response.url().includes('/trpc/')) answers.push(await response.text().catch(() => ''));
  });
  await dialog(page).getByRole('button', { name: 'Show the words' }).click();
  const shown = page.getByTestId('phrase').getByRole('listitem');
  await expect(shown).toHaveCount(24);
  const phrase = await shown.allTextContents();
  await expectAccessible(page, 'earnings-phrase');
  await page.getByRole('button', { name: 'I have written them down' }).click();
  const fields = page.getByTestId('asked-words').getByRole('textbox');
  await expect(fields).toHaveCount(3);
  for (const field of await fields.all()) await field.fill('zebra');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByTestId('trouble')).toContainText('One of these is another word.');
  for (const field of await fields.all()) await field.fill(` ${phrase[Number(await field.getAttribute('data-position')) - 1]?.toUpperCase()}`);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByTestId('backed-up')).toContainText('The wallet is backed up.');
  // In no answer of the node, and in nothing that this browser keeps.
  const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])');
  for (const text of [...answers, String(kept)]) for (const pair of phrase.slice(1).map((word, i) => `${phrase[i]} ${word}`)) expect(text).not.toContain(pair);
  await dialog(page).getByRole('button', { name: 'Done' }).click();
  await expect(lamp).toHaveCount(0);
  // Nobody sees them again.
  await page.goto('/earnings?do=backup');
  await expect(page.getByTestId('backed-up')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Show the words' })).toHaveCount(0);
});

test('from packets to XLM: hours go from running to paid, each explains itself, and every screen has the same number', async ({ page, street }) => {
  await page.goto('/earnings');
  const meter = await street.world.publisher('mill-meter');
  for (let batch = 0; batch < 4; batch++) await meter.stream(120, 1);
  await expect.poll(() => stroopsOf(page, 'earned-today'), { timeout: 60_000 }).toBeGreaterThan(0n);
  await expect(page.getByTestId('hour').first()).toHaveAttribute('data-stage', 'running');
  const paid = page.locator('[data-testid=hour][data-stage=paid]').filter({ hasNotText: 'nothing carried' });
  await expect(paid.first()).toBeVisible({ timeout: 120_000 });
  await paid.first().getByRole('button').first().click();
  const why = paid.first().getByTestId('hour-why');
  await expect(why).toContainText(/\d+ packets? × 1 test XLM per 1,000/);
  await expect(why).toContainText('As the ledger paid it.');
  await expect(why.getByTestId('transaction')).toHaveCount(3);
  for (const name of ['Proof', 'Attested', 'Paid']) await expect(why.getByText(name, { exact: true })).toBeVisible();
  expect(page.url()).toMatch(/hour=\d+$/);

  await meter.close();

  // Everything is paid in the end; then the number stands still and can be compared.
  await expect
    .poll(async () => [await stroopsOf(page, 'way-proved'), await stroopsOf(page, 'way-claimed'), await stroopsOf(page, 'way-pending')], { timeout: 120_000 })
    .toEqual([0n, 0n, 0n]);
  const earned = await stroopsOf(page, 'earned-today');
  expect(await stroopsOf(page, 'way-paid')).toBe(earned);
  await expect.poll(() => stroopsOf(page, 'chart-legend')).toBe(earned);
  await expect.poll(() => stroopsOf(page, 'balance'), { timeout: 30_000 }).toBe(earned);
  for (const range of ['7 days', '30 days'] as const) {
    await page.getByRole('button', { name: range }).click();
    await expect.poll(() => stroopsOf(page, 'legend-paid')).toBe(earned);
    await expect(page.getByTestId('earnings-chart')).toHaveAttribute('data-columns', range === '7 days' ? '7' : '30');
    await expectAccessible(page, `earnings-${range.replace(' ', '-')}`);
  }
  await page.getByRole('button', { name: 'Today' }).click();
  await expectAccessible(page, 'earnings');

  // As a file: the same sum.
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^Save as CSV/ }).click()]);
  const [head = '', ...lines] = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
  const [stage, amount] = ['stage', 'amount_stroops'].map((name) => head.split(',').indexOf(name));
  const rows = lines.map((line) => line.split(','));
  expect(rows.filter((row) => row[stage!] === 'paid').reduce((sum, row) => sum + BigInt(row[amount!] || 0), 0n)).toBe(earned);

  await page.goto('/');
  await expect.poll(() => stroopsOf(page, 'answer-earned')).toBe(earned);
  await expectAccessible(page, 'home-earned');
});

test('received by a code, withdrawn with everything checked, and the transaction to show for it', async ({ page, street }) => {
  const { ledger } = street.world.community.rewards!;
  const receiver = await walletOf(street.agent('A'));

  await page.goto('/earnings');
  await page.getByRole('button', { name: 'Receive' }).click();
  const own = await dataOf(page, 'own-address', 'address');
  await expect(page.getByTestId('qr')).toBeVisible();
  await dialog(page).getByLabel('Amount asked for, if any').fill('12.5');
  await expect(page.getByTestId('pay-link')).toHaveAttribute('href', new RegExp(`^web\\+stellar:pay\\?destination=${own}&amount=12.5&network_passphrase=`));
  await expectAccessible(page, 'earnings-receive');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);

  const before = await stroopsOf(page, 'balance');
  await expect.poll(() => balanceOf(ledger.url, receiver)).toBeDefined();
  const had = (await balanceOf(ledger.url, receiver))!;
  await page.getByRole('button', { name: 'Withdraw' }).click();
  const [to, amount] = [dialog(page).getByLabel('To', { exact: true }), dialog(page).getByLabel('Amount in XLM')];
  const check = dialog(page).getByRole('button', { name: 'Check' });
  await to.fill(`${receiver.slice(0, -1)}${receiver.endsWith('A') ? 'B' : 'A'}`);
  await amount.fill('0.05');
  await check.click();
  await expect(page.getByTestId('trouble')).toContainText('A character of the address is wrong or missing.');
  await to.fill(receiver);
  await amount.fill('1,5');
  await check.click();
  await expect(page.getByTestId('trouble')).toContainText('That is no amount.');
  await amount.fill('5000');
  await check.click();
  await expect(page.getByTestId('trouble')).toContainText('That is more than can be sent.');
  await expect(dialog(page)).toContainText('are still here.');
  await expectAccessible(page, 'earnings-withdraw-refused');
  await to.fill(own!);
  await amount.fill('0.05');
  await check.click();
  await expect(page.getByTestId('trouble')).toContainText('That is this wallet’s own address.');
  await to.fill(receiver);
  await check.click();

  await expect(page.getByTestId('withdraw-review')).toContainText('Local test network, not real money');
  expect(await dataOf(page, 'review-to', 'address')).toBe(receiver);
  const feeMost = await stroopsOf(page, 'review-fee');
  await expectAccessible(page, 'earnings-withdraw-review');
  await dialog(page).getByRole('button', { name: 'Send 0.05 test XLM' }).click();
  const result = page.getByTestId('withdraw-result');
  await expect(result).toHaveAttribute('data-state', 'confirmed', { timeout: 30_000 });
  await expect(result).toContainText('0.05 test XLM sent.');
  expect(await result.getByTestId('transaction').getAttribute('data-hash')).toMatch(/^[0-9a-f]{64}$/);
  expect(await balanceOf(ledger.url, receiver)).toBe(had + 500_000n);
  await expectAccessible(page, 'earnings-withdraw-done');
  await dialog(page).getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => stroopsOf(page, 'balance'), { timeout: 30_000 }).toBeLessThan(before);
  const after = await stroopsOf(page, 'balance');
  expect(before - after - 500_000n).toBeGreaterThan(0n);
  expect(before - after - 500_000n).toBeLessThanOrEqual(feeMost);
  expect(await balanceOf(ledger.url, own!)).toBe(after);
});

test('the rule with what it means; a change is proposed and voted on', async ({ page }) => {
  await page.goto('/earnings');
  await expect(page.getByTestId('rule')).toContainText('1 test XLM per 1,000 packets.');
  await page.getByRole('link', { name: 'Rules and votes' }).click();
  await expect(page.getByTestId('param-stroopsPer1000')).toHaveAttribute('data-value', '10000000');
  await expect(page.getByTestId('param-stroopsPer1000')).toContainText('began as 0.01 XLM');
  const form = page.getByTestId('propose-form');
  await form.getByLabel('What should change').selectOption('samples');
  await form.getByRole('textbox').fill('17');
  await form.getByRole('button', { name: 'Put it to the vote' }).click();
  await expect(form.getByTestId('trouble')).toContainText('Possible: 1 to 16.');
  await form.getByRole('textbox').fill('9');
  await form.getByRole('button', { name: 'Put it to the vote' }).click();
  await expect(form).toContainText('Samples of a drawn hour: from 8 to 9.');
  await form.getByRole('button', { name: 'Put it to the vote' }).click();
  await expect(page.getByTestId('proposed')).toBeVisible();
  const proposal = page.getByTestId('proposal').first();
  await expect(proposal).toHaveAttribute('data-state', 'voting', { timeout: 60_000 });
  await expect(proposal).toContainText('Samples of a drawn hour: from 8 to 9');
  await expect(proposal).toContainText('Proposed by Mill Lane 7');
  await expectAccessible(page, 'earnings-rules');
  await proposal.getByRole('button', { name: /^Vote yes/ }).click();
  await expect(proposal).toContainText('A vote cannot be changed.');
  await proposal.getByRole('button', { name: 'Send the vote' }).click();
  await expect(proposal.getByTestId('my-vote')).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
  await expect(proposal).toContainText('1 yes, 0 no');
});

test('sheets of the wallet, on a narrow phone as well', async ({ page, viewport }) => {
  if ((viewport?.width ?? 0) < 500) await page.setViewportSize({ width: 320, height: 640 });
  for (const [doing, shows] of [
    ['payout', 'payout-form'],
    ['restore', 'restore-form'],
    ['withdraw', 'withdraw-form'],
    ['receive', 'qr'],
  ] as const) {
    await page.goto(`/earnings?do=${doing}`);
    await expect(page.getByTestId(shows)).toBeVisible();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), doing).toBeLessThanOrEqual(0);
    await expectAccessible(page, `earnings-${doing}-narrow`);
  }
  // A phrase that is none is found here; nothing of it leaves the page.
  await page.goto('/earnings?do=restore');
  const form = page.getByTestId('restore-form');
  await form.getByLabel('Recovery phrase').fill('legal winner thank year wave sausage worth useful legal winner thank thank');
  await form.getByLabel('I know that').check();
  await form.getByRole('button', { name: 'Restore' }).click();
  await expect(form.getByTestId('trouble')).toContainText('The words do not belong together.');
  // Where rewards go, and that an exchange's typo does not get there.
  await page.goto('/earnings?do=payout');
  await page
    .getByTestId('payout-form')
    .getByRole('radio', { name: /elsewhere/ })
    .check();
  await page.getByTestId('payout-form').getByRole('textbox').fill('GABC');
  await page.getByRole('button', { name: 'Use this address' }).click();
  await expect(page.getByTestId('trouble')).toContainText('That is no address.');
});

test('the ledger is away: the last known figures, their age, and why', async ({ page, street }) => {
  const { ledger } = street.world.community.rewards!;
  await page.goto('/earnings');
  const balance = await stroopsOf(page, 'balance');
  const receiver = await walletOf(street.agent('A'));
  await ledger.setFaults({ down: true });
  try {
    await expect(page.getByTestId('ledger-away')).toContainText('The ledger cannot be asked now.', { timeout: 60_000 });
    expect(await stroopsOf(page, 'balance')).toBe(balance);
    await page.goto('/earnings?do=withdraw');
    const form = page.getByTestId('withdraw-form');
    await form.getByLabel('To', { exact: true }).fill(receiver);
    await form.getByLabel('Amount in XLM').fill('0.01');
    await form.getByRole('button', { name: 'Check' }).click();
    await expect(page.getByTestId('trouble')).toContainText('The ledger cannot be asked now', { timeout: 30_000 });
    await expectAccessible(page, 'earnings-ledger-away');
  } finally {
    await ledger.setFaults({});
  }
  await page.goto('/earnings');
  await expect(page.getByTestId('ledger-away')).toHaveCount(0, { timeout: 60_000 });
});

test('on the go: the node is silent, and the page reads its earnings from the ledger; offline they stay, with their age', async ({ page, street, context }) => {
  const meter = await street.world.publisher('mill-meter');
  await page.goto('/earnings');
  await expect(page.getByTestId('hours')).toBeVisible();
  const before = await stroopsOf(page, 'balance');
  await meter.stream(60, 1);
  // The part that asks the ledger comes while the node is there.
  await page.waitForLoadState('networkidle').catch(() => {});
  await page.waitForRequest(/\/trpc\//);
  const epoch = Number(await page.getByTestId('hour').first().getAttribute('data-epoch'));
  await expect.poll(async () => Number(await page.getByTestId('hour').first().getAttribute('data-epoch')), { timeout: 30_000 }).toBeGreaterThan(epoch);
  await meter.close();
  await street.agent('B').child.kill();
  const connection = page.getByTestId('connection');
  await expect(connection).toHaveAttribute('data-state', 'unreachable', { timeout: 30_000 });
  const said = page.getByTestId('from-ledger');
  await expect(said).toHaveAttribute('data-state', 'read', { timeout: 30_000 });
  await expect(said).toContainText('test XLM paid to this node in all.');
  await expect(page.getByTestId('balance')).toHaveAttribute('data-value', /^\d+$/);
  expect(await stroopsOf(page, 'balance')).toBeGreaterThanOrEqual(before);
  await expect(page.getByTestId('status-sentence')).toContainText('As of ');
  await expectAccessible(page, 'earnings-on-the-go');

  await context.setOffline(true);
  await expect(connection).toHaveAttribute('data-state', 'offline', { timeout: 30_000 });
  await expect(page.getByText('Your phone is offline')).toBeVisible();
  await expect(said).toHaveAttribute('data-state', 'failed', { timeout: 30_000 });
  await expect(page.getByTestId('hour').first()).toBeVisible();
  expect(await stroopsOf(page, 'balance')).toBeGreaterThanOrEqual(before);
  await expectAccessible(page, 'earnings-offline');
  await context.setOffline(false);
  await street.restart('B');
  await expect(connection).toHaveAttribute('data-state', 'live', { timeout: 30_000 });
  await expect(said).toHaveCount(0, { timeout: 15_000 });
});
