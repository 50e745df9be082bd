import type { settingsStrings } from '../strings/settings.ts';

/** The last part of a page's address, and its title in the catalogue: the export makes a file for each. */
export type SettingsPart = keyof typeof settingsStrings.settings.parts;

export const hrefOf = (part: SettingsPart): string => `/settings/${part}`;
