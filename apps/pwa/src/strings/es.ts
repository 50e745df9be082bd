import type { en } from './en.ts';
import { devicesStrings } from './es/devices.ts';
import { earningsStrings } from './es/earnings.ts';
import { frameStrings } from './es/frame.ts';
import { homeStrings } from './es/home.ts';
import { loginStrings } from './es/login.ts';
import { meshStrings } from './es/mesh.ts';
import { networkStrings } from './es/network.ts';
import { nodeSettingsStrings } from './es/node-settings.ts';
import { peopleStrings } from './es/people.ts';
import { phoneStrings } from './es/phone.ts';
import { programsStrings } from './es/programs.ts';
import { radioStrings } from './es/radio.ts';
import { rulesStrings } from './es/rules.ts';
import { settingsStrings } from './es/settings.ts';
import { setupStrings } from './es/setup.ts';
import { trafficStrings } from './es/traffic.ts';
import { walletStrings } from './es/wallet.ts';
import type { Translated } from './language.ts';

/** Every word on the screen, in Spanish: plain European Spanish that says "tú" (docs/decisions/0024-languages.md). */
export const es: Translated<typeof en> = {
  ...frameStrings,
  ...homeStrings,
  ...trafficStrings,
  ...earningsStrings,
  ...walletStrings,
  ...rulesStrings,
  ...meshStrings,
  ...radioStrings,
  ...loginStrings,
  ...setupStrings,
  ...settingsStrings,
  ...programsStrings,
  ...peopleStrings,
  ...networkStrings,
  ...devicesStrings,
  ...nodeSettingsStrings,
  ...phoneStrings,
};
