import { homeStrings as en } from './en/home.ts';
import { homeStrings as es } from './es/home.ts';
import { pick } from './language.ts';

export const homeStrings = pick(en, es);
