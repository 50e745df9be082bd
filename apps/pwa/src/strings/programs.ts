import { programsStrings as en } from './en/programs.ts';
import { programsStrings as es } from './es/programs.ts';
import { pick } from './language.ts';

export const programsStrings = pick(en, es);
