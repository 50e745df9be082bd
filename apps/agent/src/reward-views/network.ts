const passphrases: Readonly<Record<string, 'public' | 'testnet'>> = {
  'Public Global Stellar Network ; September 2015': 'public',
  'Test SDF Network ; September 2015': 'testnet',
};

/** Money of other networks is play money, and the page says so. */
export const networkName = (passphrase: string): 'public' | 'testnet' | 'other' => passphrases[passphrase] ?? 'other';
