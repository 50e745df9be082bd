import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { community, mesh } from './neighbourhood.ts';

/** Debian's chromium, or the one that CHROMIUM names: no browser is downloaded. */
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path));
/** Where it leads while the setup is open. */
const wizard = 'http://192.168.77.1:8080/setup';
const stepMsMax = 180_000;
const [answerMsMax, closeTriesMax] = [3000, 40];
/** What the phone's system asks for; whoever answers with a page of its own has a portal. */
const probe = 'http://captive.apple.com/hotspot-detect.html';

export interface Person {
  /** SOCKS proxy at the phone. */
  readonly proxyPort: number;
  readonly claimCode: string;
  readonly invite: string;
  readonly name: string;
  /** Gets a picture of each screen. */
  readonly folder: string;
}

/** Seconds of this machine's clock since the portal was opened, by screen. */
export interface WizardTimes {
  readonly opened: number;
  readonly applied: number;
  readonly done: number;
  /** After `done`: the access point may be closed. */
  readonly linked: number;
}

/** Goes through the whole wizard as a person with a phone does, beginning where the phone's system sends them. */
export async function completeWizard(person: Person): Promise<WizardTimes> {
  mkdirSync(person.folder, { recursive: true });
  if (executablePath === undefined) throw new Error('needs a browser: apt-get install chromium, or CHROMIUM=<path>');
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    proxy: { server: `socks5://127.0.0.1:${person.proxyPort}` },
  });
  const context = await browser.newContext({ viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, locale: 'en-GB' });
  context.setDefaultTimeout(stepMsMax);
  const page = await context.newPage();
  try {
    return await walk(page, person);
  } catch (error) {
    await page.screenshot({ path: join(person.folder, 'where-it-ended.png'), fullPage: true }).catch(() => {});
    throw error;
  } finally {
    await browser.close();
  }
}

async function walk(page: Page, { claimCode, invite, name, folder }: Person): Promise<WizardTimes> {
  const started = performance.now();
  const since = (): number => (performance.now() - started) / 1000;
  let pictures = 0;
  const look = async (what: string): Promise<void> => {
    await page.screenshot({ path: join(folder, `${String(++pictures).padStart(2, '0')}-${what}.png`), fullPage: true, animations: 'disabled' });
  };
  const press = (button: string | RegExp): Promise<void> => page.getByRole('button', { name: button, exact: true }).click();
  const heading = (text: string | RegExp): Promise<void> => page.getByRole('heading', { level: 1, name: text }).waitFor();
  const passphrase = 'seven lanterns over the mill race';

  await page.goto(probe, { timeout: stepMsMax });
  await page.getByLabel('Claim code').waitFor();
  const opened = since();
  // Who has not claimed the node does that first.
  if (page.url() !== `${wizard.replace('/setup', '/login')}?next=%2Fsetup`) throw new Error(`the portal led to ${page.url()}`);
  await look('claim');
  await page.getByLabel('Claim code').fill(claimCode);
  await press('Claim this node');
  await page.getByLabel('New passphrase', { exact: true }).fill(passphrase);
  await page.getByLabel('Once more', { exact: true }).fill(passphrase);
  await look('passphrase');
  await press('Set the passphrase');
  await heading('Join your neighbours’ mesh.');
  await look('way');
  await page.getByRole('button', { name: /Paste or open/ }).click();
  await page.getByLabel('Invite', { exact: true }).fill(invite);
  await press('Check the invite');
  await heading(`An invite to ${community}.`);
  await look('invite');
  await press(`Join ${community}`);
  await heading('Your adapter can mesh.');
  // Its own radio has heard the neighbour's.
  await page.getByTestId('heard-meshes').getByRole('button', { name: mesh.id }).click();
  await page.getByLabel('Its passphrase').fill(mesh.passphrase);
  await look('radio');
  await press('Next');
  await page.getByLabel('Name of this node').fill(name);
  await page.getByLabel('Where it stands').fill('50.7311, 7.1101');
  await look('place');
  await press('Next');
  await heading('Set up the network?');
  await look('network');
  const asked = since();
  await press('Set it up now');
  await heading('If you can read this, the new settings work. Keep them?');
  const applied = since() - asked;
  await look('keep');
  await press('Keep the new settings');
  await heading(`${name} is part of the mesh.`);
  const done = since();
  await look('done');

  // From now on the phone's system hears what it hopes for, and stays.
  const asksAgain = await page.context().newPage();
  const answer = await asksAgain.goto(probe);
  if (answer?.status() !== 200 || !(await asksAgain.content()).includes('Success')) throw new Error(`${probe} answers ${answer?.status()} after the setup`);
  await asksAgain.close();

  // Refused in words until there is a link with the neighbour.
  const closing = page.getByTestId('access-point-closing');
  for (let tries = 0; !(await closing.isVisible()); tries++) {
    if (tries === closeTriesMax) throw new Error('the access point is not closed: the node has no link');
    await press('Close the access point');
    await closing.waitFor({ timeout: answerMsMax }).catch(() => {});
  }
  const linked = since() - done;
  await look('closing');
  return { opened, applied, done, linked };
}
