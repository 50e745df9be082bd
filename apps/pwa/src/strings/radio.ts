import { radioStrings as en } from './en/radio.ts';
import { radioStrings as es } from './es/radio.ts';
import { pick } from './language.ts';

export const radioStrings = pick(en, es);
