import { frameStrings as en } from './en/frame.ts';
import { frameStrings as es } from './es/frame.ts';
import { pick } from './language.ts';

export const frameStrings = pick(en, es);
