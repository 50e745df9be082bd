import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { encodeQR } from 'qr';
import { expect, loggedOut, type Street, test } from './community.ts';
import { appWithNewerVersion } from './newer-version.ts';
import { logIn } from './operator.ts';
import { expectAccessible } from './screen.ts';

/**
 * The community's app on a phone: real hub, real mesh, two hops to the node. The nodes of this community listen on loopback alone, so the addresses of this
 * machine that stand in the code do not answer: the node's local network is cut, and what is read comes through the hub.
 */
test.describe.configure({ mode: 'serial' });
test.use({ storageState: loggedOut });

/** What the camera sees. */
const folder = mkdtempSync(join(tmpdir(), 'energymesh-camera-'));
const film = join(folder, 'film.y4m');
let browser: Browser;
let phone: BrowserContext;
let app: Page;
let operator: BrowserContext;
let phones: Page;

test.beforeAll(async ({ street, browser: others }) => {
  const { port } = new URL(street.world.community.hub.appUrl);
  const node = new URL(street.agent('D').url).port;
  browser = await chromium.launch({
    ...chromiumPath(),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      // The hub's certificate signs itself, and a service worker takes no exception for it.
      '--ignore-certificate-errors',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
      // As it is for people: the app comes from the internet, the node is in the house.
      `--ip-address-space-overrides=127.0.0.1:${port}=public,[::1]:${port}=public,127.0.0.1:${node}=local`,
    ],
  });
  operator = await others.newContext({ storageState: await logIn(street.agent('D')), baseURL: street.agent('D').url, viewport: { width: 360, height: 780 } });
  phones = await operator.newPage();
  phone = await newPhone(street);
  app = await phone.newPage();
});
test.afterAll(async () => {
  await operator?.close();
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const chromiumPath = (): { executablePath?: string } => {
  const found = [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path));
  return found ? { executablePath: found } : {};
};

const newPhone = (street: Street): Promise<BrowserContext> =>
  browser.newContext({
    baseURL: street.world.community.hub.appUrl,
    ignoreHTTPSErrors: true,
    viewport: { width: 360, height: 780 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    locale: 'en-GB',
  });

/** The link of a new code, as the node's page shows it. */
async function newLink(): Promise<string> {
  await phones.goto('/settings/phones');
  await phones.getByRole('button', { name: 'Add a phone' }).click();
  const code = phones.getByTestId('phone-code');
  await expect(code).toBeVisible();
  return (await code.getAttribute('data-link')) ?? '';
}

/** The same code, with the address under which this machine's browser finds the node. */
function withAddress(link: string, address: string): string {
  const [start = '', encoded = ''] = link.split('#');
  const code = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')) as object;
  return `${start}#${Buffer.from(JSON.stringify({ ...code, a: [address] })).toString('base64url')}`;
}

/** Grey frames, 640 by 640, with the code in the middle: YUV4MPEG2, as Chromium's camera that is none plays it. */
function filmOf(text: string): Buffer {
  const code = encodeQR(text, 'raw', { border: 4 });
  const [side, scale] = [640, Math.floor(640 / code.length)];
  const from = (side - code.length * scale) >> 1;
  const light = Buffer.alloc(side * side, 235);
  for (const [y, row] of code.entries())
    for (const [x, dark] of row.entries())
      if (dark)
        for (let line = 0; line < scale; line++)
          light.fill(16, (from + y * scale + line) * side + from + x * scale, (from + y * scale + line) * side + from + (x + 1) * scale);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, Buffer.alloc((side * side) / 2, 128)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${side} H${side} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]);
}

async function pair(page: Page, by: { readonly link: string } | { readonly camera: string }, name: string): Promise<void> {
  await page.goto('/pair');
  if ('link' in by) {
    await page.getByRole('button', { name: 'Paste the link' }).click();
    await page.getByLabel('Link of the code').fill(by.link);
    await page.getByRole('button', { name: 'Use this link' }).click();
  } else {
    writeFileSync(film, filmOf(by.camera));
    await page.getByRole('button', { name: /camera/i }).click();
  }
  await page.getByLabel('Name of this phone').fill(name);
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
}

test('a phone is paired by the code, and reads the status through the hub and the mesh', async ({ street }) => {
  await app.goto('/');
  await expect(app.getByTestId('nodes')).toContainText('no node yet');
  await expectAccessible(app, 'app-first-run');
  const link = await newLink();
  expect(link.startsWith(`${street.world.community.hub.appUrl}/pair#`)).toBe(true);
  await pair(app, { camera: link }, 'Ana’s phone');
  await expect(app.getByTestId('way')).toHaveAttribute('data-way', 'hub', { timeout: 30_000 });
  await expect(app.getByTestId('status-sentence')).toContainText('3 neighbours', { timeout: 30_000 });
  await expect(app.locator('.plate').first()).toContainText(street.name('D'));
  await expect(phones.getByTestId('paired')).toContainText('Ana’s phone is paired');
  await phones.getByRole('button', { name: 'Close' }).click();
  await expect(phones.getByTestId('phone')).toContainText('through the hub');
  await expectAccessible(phones, 'phones');
});

test('it starts without a network, with what the node said last and how old that is', async ({ street }) => {
  await app.waitForFunction("navigator.serviceWorker.ready.then(({ active }) => active?.state === 'activated')");
  await app.reload();
  await expect(app.getByTestId('status-sentence')).toContainText('3 neighbours');
  await app.waitForFunction('navigator.serviceWorker.controller !== null');
  // Kept when the page goes out of sight, as a phone does it.
  await app.evaluate("dispatchEvent(new Event('pagehide'))");
  await phone.setOffline(true);
  await app.goto('/');
  await expect(app.getByTestId('status-sentence')).toContainText('3 neighbours', { timeout: 30_000 });
  await expect(app.getByTestId('connection')).toHaveAttribute('data-state', 'offline', { timeout: 20_000 });
  await expect(app.getByTestId('connection')).toContainText('saved');
  await app.goto('/nodes');
  await expect(app.getByTestId('line')).toContainText('Your phone is offline');
  await expect(app.getByTestId('nodes')).toContainText(street.name('D'));
  await phone.setOffline(false);
});

test('it is installed when the person says so, and takes a newer version when the person says so', async ({ street }) => {
  await using served = await appWithNewerVersion(street.world.community.hub.appUrl);
  const context = await newPhone(street);
  const page = await context.newPage();
  await page.goto(`${served.url}/nodes`);
  await expect(page.getByTestId('install-how')).toContainText('In the address bar');
  await page.evaluate(`{
    const offer = new Event('beforeinstallprompt', { cancelable: true });
    offer.prompt = async () => { document.title = offer.defaultPrevented ? 'asked' : 'asked too soon'; };
    dispatchEvent(offer);
  }`);
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  await expect(page).toHaveTitle('asked');
  await page.evaluate("dispatchEvent(new Event('appinstalled'))");
  await expect(page.getByRole('heading', { name: 'Install the app' })).toHaveCount(0);

  // The newer version is fetched whole, and waits.
  const kept = () => page.evaluate<string[]>('caches.keys()');
  await page.waitForFunction("navigator.serviceWorker.ready.then(({ active }) => active?.state === 'activated')");
  await page.reload();
  await page.waitForFunction('navigator.serviceWorker.controller !== null');
  const [before] = await kept();
  served.publish();
  await page.evaluate('navigator.serviceWorker.getRegistration().then((registration) => registration.update())');
  await expect(page.getByTestId('update')).toContainText('A new version of the app is here.', { timeout: 30_000 });
  expect((await kept()).sort()).toEqual([before, 'energymesh-newer'].sort());
  await expectAccessible(page, 'app-update');
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Use it now' }).click();
  await loaded;
  await expect(page.getByTestId('update')).toHaveCount(0);
  await expect.poll(kept).toEqual(['energymesh-newer']);
  await context.close();
});

test('a phone that was removed is refused from that moment, and says so', async () => {
  await app.goto('/nodes');
  await expect(app.getByTestId('line')).toHaveAttribute('data-way', 'hub', { timeout: 30_000 });
  await phones.goto('/settings/phones');
  await phones.getByRole('button', { name: 'Remove Ana’s phone' }).click();
  await phones.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(phones.getByTestId('phone')).toHaveCount(0);
  await expect(app.getByTestId('line')).toContainText('removed on the node', { timeout: 30_000 });
  await expectAccessible(app, 'app-removed');
});

test('in the house it reaches the node straight where the browser lets it, and says why where it does not', async ({ street }) => {
  const link = withAddress(await newLink(), new URL(street.agent('D').url).host.replace('localhost', '127.0.0.1'));
  const granted = await newPhone(street);
  await granted.grantPermissions(['local-network-access'], { origin: street.world.community.hub.appUrl });
  const page = await granted.newPage();
  await pair(page, { link }, 'In the house');
  await expect(page.getByTestId('way')).toHaveAttribute('data-way', 'direct', { timeout: 30_000 });
  await expect(page.getByTestId('status-sentence')).toContainText('3 neighbours');
  await phones.reload();
  await expect(phones.getByTestId('phone')).toContainText('on this network');

  const { targetInfo } = await (await granted.newCDPSession(page)).send('Target.getTargetInfo');
  const denied = {
    permission: { name: 'local-network-access' },
    setting: 'denied' as const,
    origin: street.world.community.hub.appUrl,
    ...(targetInfo.browserContextId !== undefined && { browserContextId: targetInfo.browserContextId }),
  };
  await (await browser.newBrowserCDPSession()).send('Browser.setPermission', denied);
  await page.goto('/nodes');
  await expect(page.getByTestId('line')).toHaveAttribute('data-way', 'hub', { timeout: 30_000 });
  await expect(page.getByTestId('nodes')).toContainText('denied this app the local network');
  await granted.close();
});
