import { nodeSettingsStrings as en } from './en/node-settings.ts';
import { nodeSettingsStrings as es } from './es/node-settings.ts';
import { pick } from './language.ts';

export const nodeSettingsStrings = pick(en, es);
