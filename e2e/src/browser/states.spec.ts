import type { Page } from '@playwright/test';
import { World } from '../harness/world.ts';
import { expect, test } from './community.ts';
import { logIn } from './operator.ts';
import { dataOf, expectAccessible, pathOn } from './screen.ts';

const tab = (page: Page, name: string) => page.getByRole('navigation').getByRole('link', { name });
/** Five, and for a minute the link of a node that another test has stopped. */
const linksNow = /^[56]$/;
const sentence = (page: Page) => page.getByTestId('status-sentence');

test('no neighbour: you, alone, and what to try; no device: how to connect the first', async ({ browser, contextOptions }) => {
  // A community of its own to start, and four pages in both looks.
  test.slow();
  // X hears nobody. Y is a gateway that hears nobody either, with no device anywhere.
  await using world = await World.open({
    layout: {
      nodes: [
        { key: 'X', name: 'Far Barn' },
        { key: 'Y', name: 'Old Mill', gateway: true },
      ],
      edges: [],
      devices: [],
    },
    broker: 'embedded',
    pwa: true,
    unconnected: true,
  });
  const look = async (key: string): Promise<Page> => {
    const agent = world.community.agent(key);
    return (await browser.newContext({ ...contextOptions, baseURL: agent.url, storageState: await logIn(agent) })).newPage();
  };

  const alone = await look('X');
  await alone.goto('/');
  await expect(sentence(alone)).toHaveText(/^Your node is well,\s+but hears nobody yet\.\s*$/);
  await expect(alone.getByText('Listening for Millbrook')).toBeVisible();
  await expect(alone.getByTestId('alone')).toBeVisible();
  await expect(alone.getByTestId('what-to-try').getByRole('listitem').first()).toContainText('Move it to a window or higher up');
  await expect(alone.getByRole('button', { name: 'Look again now' })).toBeVisible();
  await expect(alone.getByTestId('answer-well')).toContainText('Yes');
  await expect(alone.getByTestId('answer-way')).toContainText('None');
  await expectAccessible(alone, 'home-alone');
  await tab(alone, 'Mesh').click();
  await expect(alone.getByText('You, alone.')).toBeVisible();
  await expect(alone.getByTestId('what-to-try')).toBeVisible();
  await expectAccessible(alone, 'mesh-alone');
  await tab(alone, 'Traffic').click();
  await expect(alone.getByTestId('waiting')).toBeVisible();
  await expectAccessible(alone, 'traffic-empty');
  await alone.context().close();

  const deviceless = await look('Y');
  await deviceless.goto('/');
  const lamp = deviceless.locator('a.lamp').filter({ hasText: 'Connect the first device', visible: true });
  await expect(lamp).toHaveCount(1);
  await lamp.click();
  await expect(deviceless.getByText('No device yet.')).toBeInViewport();
  await expect(deviceless.getByText('Get its name and token')).toBeVisible();
  await expectAccessible(deviceless, 'home-no-device');
  await deviceless.context().close();
});

test('no gateway: packets are kept, and the page says so', async ({ page, street }) => {
  await page.goto('/');
  await expect(page.getByTestId('answer-way')).toContainText('School roof');
  // Other tests of this community have broken something today, perhaps.
  const timeline = page.getByTestId('timeline');
  await expect(page.getByTestId('log').getByRole('listitem').first()).toBeVisible();
  const broken = async (): Promise<number> => ((await timeline.count()) === 0 ? 0 : Number(await timeline.getAttribute('data-outages')));
  const before = await broken();
  await street.agent('A').child.kill();
  const meter = await street.world.publisher('church-4-meter');
  await expect(sentence(page)).toHaveText(/^3 neighbours,\s+but no gateway\.\s*$/, { timeout: 40_000 });
  await meter.publish();
  await expect(page.getByText('1 packet is kept here, none lost.')).toBeVisible();
  await expect(page.getByText('It looks for another way by itself.')).toBeVisible();
  await expect(page.getByTestId('answer-carrying')).toContainText('Keeping packets');
  await expect(page.getByTestId('answer-way')).toContainText('None');
  await expect(page.getByText('No gateway can be reached now.')).toBeVisible();
  // What broke is on the day, still open.
  await expect.poll(broken).toBe(before + 1);
  await expect(timeline).toHaveAccessibleName(/^What broke today and for how long\. .*Way out: \d+ times?/);
  await expect(timeline.locator('svg')).toContainText('Way out');
  await expectAccessible(page, 'home-no-gateway');
  await tab(page, 'Mesh').click();
  await expect(page.getByTestId('graph')).not.toHaveAttribute('data-route', /./);
  await expectAccessible(page, 'mesh-no-gateway');

  await street.restart('A');
  await tab(page, 'Home').click();
  await expect(sentence(page)).toContainText('Online for', { timeout: 30_000 });
  await expect(page.getByText('packet is kept here')).toHaveCount(0);
  await meter.close();
});

test('a node that has stopped: its last figures stay, greyed and dated, until it goes on', async ({ page, street }) => {
  await page.goto('/mesh');
  await expect.poll(() => dataOf(page, 'mesh-counts', 'links')).toMatch(linksNow);
  await page.goto('/');
  const connection = page.getByTestId('connection');
  await expect(connection).toHaveAttribute('data-state', 'live');
  const packets = await dataOf(page, 'packets-today', 'value');

  street.agent('D').child.signal('SIGSTOP');
  await expect(connection).toHaveAttribute('data-state', 'unreachable', { timeout: 30_000 });
  const band = page.getByTestId('unreachable');
  await expect(band).toContainText(/No answer from Church Row 4 for \d+ s/);
  const ages = async () => Number(/(\d+) s ago/.exec((await connection.textContent()) ?? '')?.[1]);
  const first = await ages();
  await expect.poll(ages, { message: 'the age grows' }).toBeGreaterThan(first + 2);
  await expect(sentence(page)).toContainText('As of ');
  expect(await dataOf(page, 'packets-today', 'value'), 'the last figure is kept').toBe(packets);
  await expect(page.getByTestId('answer-well')).toContainText('Not known');

  street.agent('D').child.signal('SIGCONT');
  await expect(connection).toHaveAttribute('data-state', 'live', { timeout: 30_000 });
  await expect(band).toHaveCount(0);
  await street.world.connected();
});

test('a node that is gone: what to check, and the last known state on every page', async ({ page, street }) => {
  await page.goto('/mesh');
  await expect(page.getByTestId('graph')).toHaveAttribute('data-links', linksNow);
  await tab(page, 'Traffic').click();
  await expect(page.getByTestId('traffic-chart')).toBeVisible();
  await tab(page, 'Home').click();
  const connection = page.getByTestId('connection');
  await expect(connection).toHaveAttribute('data-state', 'live');
  await expect(page.getByTestId('path')).toBeVisible();

  await street.agent('D').child.kill();
  await expect(connection).toHaveAttribute('data-state', 'unreachable', { timeout: 30_000 });
  const band = page.getByTestId('unreachable');
  await expect(band).toContainText('Check its power light and your Wi-Fi.');
  await band.getByRole('button', { name: 'What to check' }).click();
  await expect(band.getByRole('listitem').first()).toHaveText('Its power light is on.');
  const path = await pathOn(page);
  expect(path.map((id) => street.key(id))).toEqual(['D', expect.stringMatching(/^[BC]$/), 'A']);
  // What it said last is told as such, not as what is.
  await expect(page.getByRole('heading', { name: 'The way out when last heard' })).toBeVisible();
  await expectAccessible(page, 'home-unreachable');
  await tab(page, 'Mesh').click();
  await expect(page.getByTestId('graph')).toHaveAttribute('data-links', linksNow);
  await expect.poll(() => pathOn(page)).toEqual(path);
  await expect(page.getByTestId('panel')).toContainText('When last heard it reached the gateway in 2 hops');
  await expect(page.getByTestId('panel')).not.toContainText('Reaches the gateway');
  await expectAccessible(page, 'mesh-unreachable');
  await tab(page, 'Traffic').click();
  await expect(page.getByTestId('traffic-chart')).toBeVisible();
  await expectAccessible(page, 'traffic-unreachable');
  // A time that was not looked at before is not known, and says so; today is still there.
  await page.getByRole('button', { name: 'Month' }).click();
  await expect(sentence(page)).toContainText('Not known here.', { timeout: 30_000 });
  await expectAccessible(page, 'traffic-unreachable-month');
  await page.getByRole('button', { name: 'Today', exact: true }).click();
  await expect(page.getByTestId('traffic-chart')).toBeVisible();

  // The same session goes on with the node that came back.
  await street.restart('D');
  await expect(connection).toHaveAttribute('data-state', 'live', { timeout: 30_000 });
  await tab(page, 'Home').click();
  await expect(sentence(page)).toContainText('Online for');
});

test('a node that answers with old figures: the band says how old', async ({ page }) => {
  await page.routeWebSocket(/\/trpc/, (socket) => {
    // The socket stays open and silent.
    socket.connectToServer().onMessage(() => {});
  });
  await page.goto('/');
  await expect(sentence(page)).toContainText('Online for');
  await page.route(/\/trpc\/[^?]*status\.get/, (route) => route.abort());
  // Instead of waiting: the node's clock goes on by 40 s.
  await page.route(/\/trpc\/card/, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/"at":(\d+)/, (_, at) => `"at":${Number(at) + 40_000}`);
    await route.fulfill({ response, body });
  });
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'old', { timeout: 20_000 });
  await expect(page.getByText(/^What Church Row 4 tells is \d+ s old$/)).toBeVisible();
  await expect(page.getByText('It answers, but its figures have stopped. Restart the agent on it')).toBeVisible();
  await expect(sentence(page)).toContainText('As of ');
  await expectAccessible(page, 'home-old');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a part of the page that the silent node did not deliver any more', async ({ page }) => {
  const html = await (await page.request.get('/')).text();
  // What the page begins with comes; what it fetches later does not.
  await page.route(/\.js$/, (route) => (html.includes(new URL(route.request().url()).pathname) ? route.continue() : route.abort()));
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'A part of this page could not be fetched.' })).toBeVisible();
  await expect(page.getByText('Load the page again once it answers')).toBeVisible();
  await expect(tab(page, 'Home')).toBeVisible();
  await expectAccessible(page, 'home-unfetched');
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Load again' }).click();
  await expect(sentence(page)).toContainText('Online for');
});
