import { devicesStrings } from './en/devices.ts';
import { earningsStrings } from './en/earnings.ts';
import { frameStrings } from './en/frame.ts';
import { homeStrings } from './en/home.ts';
import { loginStrings } from './en/login.ts';
import { meshStrings } from './en/mesh.ts';
import { networkStrings } from './en/network.ts';
import { nodeSettingsStrings } from './en/node-settings.ts';
import { peopleStrings } from './en/people.ts';
import { phoneStrings } from './en/phone.ts';
import { programsStrings } from './en/programs.ts';
import { radioStrings } from './en/radio.ts';
import { rulesStrings } from './en/rules.ts';
import { settingsStrings } from './en/settings.ts';
import { setupStrings } from './en/setup.ts';
import { trafficStrings } from './en/traffic.ts';
import { walletStrings } from './en/wallet.ts';

/**
 * Every word on the screen, in English; one file per area, so that a page loads the words it shows. Another language is another object
 * of this type. Plain, short, present tense: the cause, then the next step (docs/decisions/0009-dashboard.md).
 */
export const en = {
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
} as const;
export type Strings = typeof en;
