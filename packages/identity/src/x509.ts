// @peculiar/x509 takes its classes apart by decorators and refuses to load without this polyfill, so nothing else imports it directly.
import 'reflect-metadata';

import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

export { x509 };
