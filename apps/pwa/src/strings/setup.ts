import { setupStrings as en } from './en/setup.ts';
import { setupStrings as es } from './es/setup.ts';
import { pick } from './language.ts';

export const setupStrings = pick(en, es);
