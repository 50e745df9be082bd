import type { Page } from '@playwright/test';
import { expect, loggedOut, test } from './community.ts';
import { logIn } from './operator.ts';
import { expectAccessible } from './screen.ts';

test.use({ storageState: loggedOut, baseURL: ({ street }, use) => use(street.agent('P').url) });

const codeOn = async (page: Page) => (await page.getByTestId('join-code').locator('span:not(.vh)').allTextContents()).join('').trim();

// Who comes in stays in the map of the shared community: this file goes last.
test('without an invite: a node asks, a member compares the code and lets it in; members invite and withdraw; the hub away is said', async ({
  street,
  browser,
}) => {
  test.slow();
  const { hub } = street.world.community;
  const agent = street.agent('P');
  agent.start(hub);
  await expect.poll(async () => (await agent.health())?.status, { timeout: 30_000 }).toBe('ok');
  const viewport = test.info().project.use.viewport ?? null;
  const [ours, theirs] = [
    await browser.newContext({ viewport, storageState: await logIn(agent), baseURL: agent.url }),
    await browser.newContext({ viewport, storageState: await logIn(street.agent('D')), baseURL: street.agent('D').url }),
  ];
  const [page, member] = [await ours.newPage(), await theirs.newPage()];

  // Not a member yet: nobody to let in.
  await page.goto('/settings/people');
  await expect(page.getByRole('heading', { level: 1, name: 'Join a community first.' })).toBeVisible();
  await page.getByRole('link', { name: 'Go on with the setup' }).click();
  await page.getByRole('button', { name: /Ask to join/ }).click();
  await page.getByLabel('Address of the hub').fill('http://nowhere');
  await page.getByRole('button', { name: 'Look there' }).click();
  await expect(page.getByText('Write the address of the hub, such as')).toBeVisible();
  await expectAccessible(page, 'setup-ask');
  await page.getByLabel('Address of the hub').fill(`localhost:${hub.ports.https}`);
  await page.getByRole('button', { name: 'Look there' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Millbrook is there.' })).toBeVisible();
  const code = await codeOn(page);
  expect(code).toMatch(/^([a-z2-7]{4} ){3}[a-z2-7]{4}$/);
  await expectAccessible(page, 'setup-met');
  await page.getByRole('button', { name: 'Ask to join Millbrook' }).click();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByLabel('Name of this node').fill('Ferry Lane 2');
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Waiting for a member of Millbrook.' })).toBeVisible();
  await expectAccessible(page, 'setup-waiting');

  // The member sees the same code.
  await member.goto('/settings/people');
  const request = member.getByTestId('join-request');
  await expect(request).toContainText('Ferry Lane 2', { timeout: 15_000 });
  expect(await codeOn(member)).toBe(code);
  await expectAccessible(member, 'people-request');
  await request.getByRole('button', { name: 'Same code, let it in' }).click();
  await expect(member.getByText('Ferry Lane 2 was let in by Church Row 4')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: 'Ferry Lane 2 is part of the mesh.' })).toBeVisible({ timeout: 30_000 });

  // An invite: shown once, listed, withdrawn.
  await member.getByRole('button', { name: 'Up to 5' }).click();
  await member.getByRole('button', { name: 'Make an invite' }).click();
  await expect(member.getByTestId('invite-text')).toContainText(/^EM1-[\w-]{200,}$/);
  await expect(member.getByRole('img', { name: 'The invite as a QR code' })).toBeVisible();
  await expectAccessible(member, 'people-invite');
  await member.getByRole('button', { name: 'Close' }).click();
  const open = member.getByTestId('open-invites');
  await expect(open).toContainText('5 of 5 left');
  await expectAccessible(member, 'people');

  await hub.stop();
  await expect(member.getByTestId('people-trouble')).toContainText('No answer from the hub at', { timeout: 20_000 });
  await expect(member.getByRole('button', { name: 'Make an invite' })).toBeDisabled();
  await expectAccessible(member, 'people-hub-away');
  await hub.start();
  await expect(member.getByTestId('people-trouble')).toBeHidden({ timeout: 30_000 });
  await open.getByRole('button', { name: 'Withdraw', exact: true }).click();
  await open.getByRole('button', { name: 'Withdraw it now' }).click();
  await expect(member.getByText('None. An invite that is used up')).toBeVisible();
  await Promise.all([ours.close(), theirs.close()]);
  await agent.stop();
});

test('where there is no hub: a node makes a community, and its keys are copied to a file', async ({ street, browser }) => {
  const agent = street.agent('Q');
  agent.start(street.world.community.hub);
  await expect.poll(async () => (await agent.health())?.status, { timeout: 30_000 }).toBe('ok');
  const viewport = test.info().project.use.viewport ?? null;
  const context = await browser.newContext({ viewport, storageState: await logIn(agent), baseURL: agent.url });
  const page = await context.newPage();
  await page.goto('/setup');
  await page.getByRole('button', { name: /Start a new mesh/ }).click();
  await page.getByRole('button', { name: 'Go on with this name' }).click();
  await expect(page.getByText('Give it a name of 1 to 48 characters.')).toBeVisible();
  await page.getByLabel('Name of the community').fill('Hillside');
  await page.getByRole('button', { name: 'Go on with this name' }).click();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByLabel('Name of this node').fill('Hill Top');
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Hill Top is part of the mesh.' })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByTestId('setup-summary')).toContainText('Hillside');

  await page.goto('/settings/people');
  await expect(page.getByTestId('own-community')).toContainText('Hillside was made on this node', { timeout: 20_000 });
  await expect(page.getByTestId('own-members')).toContainText('Hill Top');
  await page.getByText('Save a copy of the keys').click();
  await page.getByLabel('Passphrase for the copy', { exact: true }).fill('a lantern over the weir');
  await page.getByLabel('Once more', { exact: true }).fill('a lantern over the weir');
  await expectAccessible(page, 'people-keys');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the file' }).click();
  expect((await saved).suggestedFilename()).toBe('energymesh-hillside.json');
  await context.close();
  await agent.stop();
});
