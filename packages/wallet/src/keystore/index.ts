export { type PhraseFault, parsePhrase } from '../input/phrase.ts';
export { type AccountSigner, accountSecret, signerOf } from './derive.ts';
export { KeystoreError, type KeystoreFault } from './errors.ts';
export { entropyBytes, Keystore, type KeystoreOptions, type KeystoreState } from './keystore.ts';
export { nodeLock } from './node-secret.ts';
export { type Lock, passphraseLengthMin } from './seal.ts';
