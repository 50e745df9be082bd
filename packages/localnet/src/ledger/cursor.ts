/** Places in history as one number that sorts: ledger, transaction, operation ("TOID"), and for events the place within. */

export interface Place {
  readonly ledger: number;
  /** from 1 */
  readonly transaction: number;
  readonly operation: number;
}

export const transactionMax = 0xfffff;
export const operationMax = 0xfff;
const eventMax = 0xffff_fffe;

export const toid = ({ ledger, transaction, operation }: Place): bigint => (BigInt(ledger) << 32n) | (BigInt(transaction) << 12n) | BigInt(operation);

export const fromToid = (n: bigint): Place => ({
  ledger: Number(n >> 32n),
  transaction: Number((n >> 12n) & 0xfffffn),
  operation: Number(n & 0xfffn),
});

export const eventId = (place: Place, event: number): string => `${toid(place).toString().padStart(19, '0')}-${event.toString().padStart(10, '0')}`;

/** After everything in a ledger. */
export const endOfLedger = (ledger: number): string => eventId({ ledger, transaction: transactionMax, operation: operationMax }, eventMax);

export const isEventId = (text: string): boolean => /^\d{19}-\d{10}$/.test(text);
export const ledgerOfEventId = (id: string): number => fromToid(BigInt(id.slice(0, 19))).ledger;
