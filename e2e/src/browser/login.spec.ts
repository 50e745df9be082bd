import type { Page } from '@playwright/test';
import { expect, loggedOut, test } from './community.ts';
import { claim, passphrase } from './operator.ts';
import { expectAccessible } from './screen.ts';
import { Sent } from './secrets.ts';

// E's dashboard: nobody has claimed it before.
test.use({ storageState: loggedOut, baseURL: ({ street }, use) => use(street.agent('E').url) });

const trouble = (page: Page) => page.getByTestId('login-trouble');
/** As it is read: the cause stands on a line of its own. */
const innerText = { useInnerText: true };
const sentence = (page: Page) => page.getByTestId('status-sentence');

async function enter(page: Page, button: string, ...fields: readonly (readonly [label: string, text: string])[]): Promise<void> {
  for (const [label, text] of fields) await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByRole('button', { name: button }).click();
}

test('a node without an owner is claimed with the code that it printed', async ({ page, street }) => {
  const sent = new Sent(page);
  const code = street.agent('E').claimCode() ?? '';
  expect(code).toMatch(/^\w{4}-\w{4}-\w{4}$/);
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Weir Cottage has no owner yet.' })).toBeVisible();
  await expectAccessible(page, 'login-claim');

  await enter(page, 'Claim this node', ['Claim code', 'AAAA-BBBB-CCCC']);
  await expect(trouble(page)).toContainText('That is not the claim code. Read it once more', innerText);

  // As one types it: small letters, no dashes.
  await enter(page, 'Claim this node', ['Claim code', code.toLowerCase().replaceAll('-', '')]);
  await expect(page.getByRole('heading', { name: 'Choose a passphrase.' })).toBeVisible();
  await expectAccessible(page, 'login-set');

  await enter(page, 'Set the passphrase', ['New passphrase', 'short'], ['Once more', 'short']);
  await expect(trouble(page)).toContainText('Too short. Use at least 10 characters.', innerText);
  await enter(page, 'Set the passphrase', ['New passphrase', passphrase], ['Once more', `${passphrase}!`]);
  await expect(trouble(page)).toContainText('The two are not the same.');
  await enter(page, 'Set the passphrase', ['New passphrase', passphrase], ['Once more', passphrase]);
  await expect(sentence(page)).toContainText('1 neighbour.');
  expect(street.agent('E').claimCode(), 'the code is of no use any more').toBeUndefined();

  expect(sent.count).toBeGreaterThan(20);
  expect(sent.holding(passphrase)).toEqual([]);
  expect(sent.holding(code)).toEqual([]);
  expect(sent.holding(code.replaceAll('-', ''))).toEqual([]);
});

test('the passphrase opens the pages, a reload keeps them open, logging out closes them', async ({ page, context, street }) => {
  await claim(street.agent('E'));
  const sent = new Sent(page);
  // Nobody has logged in here: the page that was asked for comes after the log-in.
  await page.goto('/mesh?view=list');
  await expect(page.getByRole('heading', { name: 'Log in to Weir Cottage.' })).toBeVisible();

  await enter(page, 'Log in', ['Passphrase', 'seven lanterns over the mill pond']);
  await expect(trouble(page)).toContainText('That is not the passphrase. Check capital letters', innerText);
  await enter(page, 'Log in', ['Passphrase', passphrase]);
  await expect(page.getByTestId('mesh-list')).toBeVisible();
  await expect(page).toHaveURL(/\/mesh\?view=list$/);

  await page.reload();
  await expect(page.getByTestId('mesh-list')).toBeVisible();
  const tab = await context.newPage();
  await tab.goto('/');
  await expect(sentence(tab)).toContainText('1 neighbour.');
  await expect(tab.getByTestId('connection')).toHaveAttribute('data-state', 'live');

  await tab.getByRole('button', { name: 'Log out' }).click();
  await expect(tab.getByText('You are logged out.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Log in to Weir Cottage.' }), 'the other tab too').toBeVisible();
  await page.goto('/traffic');
  await expect(page.getByRole('heading', { name: 'Log in to Weir Cottage.' })).toBeVisible();

  expect(sent.count).toBeGreaterThan(20);
  expect(sent.holding(passphrase)).toEqual([]);
  const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
  expect(kept).not.toContain(passphrase);
});

test('by its name on the local network: plain HTTP, no secure context', async ({ page, street }) => {
  const agent = street.agent('E');
  await claim(agent);
  const sent = new Sent(page);
  // The name that the node's own name makes; another name for the same address is refused in words.
  await page.goto(`http://weir-cottage.local:${agent.ports.http}/`);
  await expect(page.getByRole('heading', { name: 'Log in to Weir Cottage.' })).toBeVisible();
  expect(await page.evaluate('[isSecureContext, typeof crypto.subtle, "serviceWorker" in navigator]')).toEqual([false, 'undefined', false]);
  await enter(page, 'Log in', ['Passphrase', passphrase]);
  await expect(sentence(page)).toContainText('1 neighbour.');
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  await page.reload();
  await expect(sentence(page)).toContainText('1 neighbour.');
  expect(sent.holding(passphrase)).toEqual([]);

  const answer = await page.goto(`http://somebody-else.local:${agent.ports.http}/`);
  expect(answer?.status()).toBe(403);
  await expect(page.locator('body')).toContainText('This node does not answer to the name "somebody-else.local". Open it by its IP address');
});
