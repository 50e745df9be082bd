import { networkStrings as en } from './en/network.ts';
import { networkStrings as es } from './es/network.ts';
import { pick } from './language.ts';

export const networkStrings = pick(en, es);
