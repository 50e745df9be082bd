import { peopleStrings as en } from './en/people.ts';
import { peopleStrings as es } from './es/people.ts';
import { pick } from './language.ts';

export const peopleStrings = pick(en, es);
