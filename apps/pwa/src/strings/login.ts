import { loginStrings as en } from './en/login.ts';
import { loginStrings as es } from './es/login.ts';
import { pick } from './language.ts';

export const loginStrings = pick(en, es);
