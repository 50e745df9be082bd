import { settingsStrings as en } from './en/settings.ts';
import { settingsStrings as es } from './es/settings.ts';
import { pick } from './language.ts';

export const settingsStrings = pick(en, es);
