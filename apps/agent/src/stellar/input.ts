import { isPayoutAddress, makePayLink, parseXlm } from '@energymesh/wallet/input';

interface MemoText {
  readonly kind: 'none' | 'text' | 'id' | 'hash' | 'return';
  readonly text: string;
}

/** What people type, judged without the ledger, for the network with this passphrase. */
export const walletInput = (passphrase: string) => ({
  amount: (text: string): bigint | undefined => {
    const stroops = parseXlm(text);
    return typeof stroops === 'bigint' ? stroops : undefined;
  },
  isPayout: isPayoutAddress,
  link: ({ address, amount, memo }: { readonly address: string; readonly amount?: bigint | undefined; readonly memo?: MemoText | undefined }): string =>
    makePayLink({ destination: address, ...(amount !== undefined && { amountStroops: amount }), ...(memo && { memo: memoOf(memo) }) }, passphrase),
});

export function memoOf({ kind, text }: MemoText): NonNullable<Parameters<typeof makePayLink>[0]['memo']> {
  switch (kind) {
    case 'none':
      return { kind };
    case 'text':
      return { kind, text };
    case 'id':
      return { kind, id: text };
    default:
      return { kind, hash: text };
  }
}
