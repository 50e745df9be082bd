import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

/** Debian's chromium, or the one that CHROMIUM names: no browser is downloaded. */
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path));
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Names as a network gives them to nodes: plain HTTP without a secure context, which localhost would be.
  '--host-resolver-rules=MAP *.local 127.0.0.1',
];

const specs = (...names: string[]) => names.map((name) => `${name}.spec.ts`);
/** Made for a phone: an app on it, and 320 pixels. */
const phoneOnly = specs('app', 'language');
/** On the phone in every run, on the desktop with LONG_TESTS=1: hours have to pass, processes end and start, or it looks the same. */
const seldom = specs('base-map', 'earnings', 'messages', 'programs', 'relay', 'settings', 'who-comes-in');

/** The dashboard before real processes. One worker: a project's tests share one community (src/browser/community.ts). */
export default defineConfig({
  testDir: 'src/browser',
  testMatch: '*.spec.ts',
  outputDir: '../node_modules/.cache/energymesh-browser',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  // PLAYWRIGHT_JSON_OUTPUT_NAME says where the second goes; without it nobody wants it.
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ? [['list'], ['json']] : [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: { args, ...(executablePath ? { executablePath } : {}) },
    trace: 'off',
    locale: 'en-GB',
  },
  projects: [
    { name: 'phone', use: { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 } },
    {
      name: 'desktop',
      use: { viewport: { width: 1280, height: 800 } },
      testIgnore: process.env.LONG_TESTS === '1' ? phoneOnly : [...phoneOnly, ...seldom],
    },
  ],
});
