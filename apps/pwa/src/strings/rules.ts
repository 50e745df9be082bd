import { rulesStrings as en } from './en/rules.ts';
import { rulesStrings as es } from './es/rules.ts';
import { pick } from './language.ts';

export const rulesStrings = pick(en, es);
