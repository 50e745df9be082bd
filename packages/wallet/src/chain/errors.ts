/** Why an operation on the chain did not work. `shouldRetry` is about the same call again, later, unchanged. */
export abstract class ChainError extends Error {
  abstract readonly code: string;
  abstract shouldRetry(): boolean;
}

/** No answer, or one from something that is not the server (a captive portal, a gateway in trouble). Whether the call had an effect is not known. */
export class Unreachable extends ChainError {
  override readonly name = 'Unreachable';
  readonly code = 'unreachable';
  readonly method: string;

  constructor(method: string, reason: string, cause?: unknown) {
    super(`${method}: ${reason}`, { cause });
    this.method = method;
  }

  shouldRetry(): boolean {
    return true;
  }
}

/** The server answered with an error of its own: JSON-RPC's numbers. */
export class RpcFailure extends ChainError {
  override readonly name = 'RpcFailure';
  readonly code = 'rpc';
  readonly method: string;
  readonly number: number;
  readonly detail: string;

  constructor(method: string, number: number, detail: string) {
    super(`${method}: ${detail} (${number})`);
    this.method = method;
    this.number = number;
    this.detail = detail;
  }

  /** Internal and server errors pass; wrong requests stay wrong. JSON-RPC 2.0 §5.1 */
  shouldRetry(): boolean {
    return this.number === -32603 || (this.number <= -32000 && this.number >= -32099);
  }
}

/** The server speaks for another network than the configured one. */
export class WrongNetwork extends ChainError {
  override readonly name = 'WrongNetwork';
  readonly code = 'wrong-network';
  readonly expected: string;
  readonly found: string;

  constructor(expected: string, found: string) {
    super(`the server is for "${found}", not for "${expected}"`);
    this.expected = expected;
    this.found = found;
  }

  shouldRetry(): boolean {
    return false;
  }
}

/** The host could not run the call at all (not the contract's own refusal: that is a ContractRefusal). */
export class SimulationFailure extends ChainError {
  override readonly name = 'SimulationFailure';
  readonly code = 'simulation';
  readonly detail: string;

  constructor(detail: string) {
    super(`simulation: ${detail.slice(0, 500)}`);
    this.detail = detail;
  }

  shouldRetry(): boolean {
    return false;
  }
}

export const shouldRetry = (error: unknown): boolean => error instanceof ChainError && error.shouldRetry();
