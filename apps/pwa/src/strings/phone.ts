import { phoneStrings as en } from './en/phone.ts';
import { phoneStrings as es } from './es/phone.ts';
import { pick } from './language.ts';

export const phoneStrings = pick(en, es);
