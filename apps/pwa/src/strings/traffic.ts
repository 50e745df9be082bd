import { trafficStrings as en } from './en/traffic.ts';
import { trafficStrings as es } from './es/traffic.ts';
import { pick } from './language.ts';

export const trafficStrings = pick(en, es);
