import { earningsStrings as en } from './en/earnings.ts';
import { earningsStrings as es } from './es/earnings.ts';
import { pick } from './language.ts';

export const earningsStrings = pick(en, es);
