import { walletStrings as en } from './en/wallet.ts';
import { walletStrings as es } from './es/wallet.ts';
import { pick } from './language.ts';

export const walletStrings = pick(en, es);
