import { ChainError } from '@energymesh/wallet';
import { ChainAway } from '../reward-ports.ts';

/** Nobody who waits for the ledger needs to know its errors apart: not now. */
export async function orAway<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ChainError || (error as Error).name === 'TimeoutError' || (error as Error).name === 'AbortError')
      throw new ChainAway((error as Error).message, error);
    // A server that answers with something that cannot be read.
    if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
      throw new ChainAway(`The ledger's answer cannot be read: ${error.message}`, error);
    throw error;
  }
}
