import { meshStrings as en } from './en/mesh.ts';
import { meshStrings as es } from './es/mesh.ts';
import { pick } from './language.ts';

export const meshStrings = pick(en, es);
