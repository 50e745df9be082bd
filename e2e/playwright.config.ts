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

const phoneOnly = ['app', 'earnings', 'language', 'messages', 'programs', 'relay', 'settings', 'who-comes-in'].map((name) => `${name}.spec.ts`);

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
      // On the phone in every run, here with LONG_TESTS=1: hours have to pass, processes end and start, or it looks the same.
      testIgnore: process.env.LONG_TESTS === '1' ? [] : phoneOnly,
    },
  ],
});
