import { devicesStrings as en } from './en/devices.ts';
import { devicesStrings as es } from './es/devices.ts';
import { pick } from './language.ts';

export const devicesStrings = pick(en, es);
