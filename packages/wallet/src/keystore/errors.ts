/** Why the keystore refused. None of these is cured by trying again with the same arguments. */
export class KeystoreError extends Error {
  override readonly name = 'KeystoreError';
  readonly code: KeystoreFault;

  constructor(code: KeystoreFault, message: string) {
    super(message);
    this.code = code;
  }

  shouldRetry(): boolean {
    return false;
  }
}

export type KeystoreFault =
  | 'damaged'
  | 'not-created'
  | 'exists'
  | 'not-the-current-address'
  | 'wrong-lock'
  | 'weak-lock'
  | 'bad-entropy'
  | 'bad-phrase'
  | 'confirmed'
  | 'shown-elsewhere'
  | 'not-shown-yet';
