/** No code for a phone can be shown; the message says why. */
export class PhonesRefused extends Error {
  override readonly name = 'PhonesRefused';
  readonly why: 'phones-full' | 'no-app';
  constructor(why: PhonesRefused['why'], message: string) {
    super(message);
    this.why = why;
  }
}
