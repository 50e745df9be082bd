/** Events in the order in which they happened: contracts' own, and diagnostics of calls and errors between them. */
import { StrKey, xdr } from '@stellar/stellar-sdk/base';
import type { HostAddress } from './address.ts';

export interface HostEvent {
  readonly event: xdr.ContractEvent;
  /** of a call that was rolled back */
  failed: boolean;
}

const eventsMax = 5_000;
const vecOrOne = (args: readonly xdr.ScVal[]): xdr.ScVal =>
  args.length === 0 ? xdr.ScVal.scvVoid() : args.length === 1 ? args[0]! : xdr.ScVal.scvVec([...args]);

export class Events {
  readonly all: HostEvent[] = [];

  #add(contract: HostAddress | undefined, type: xdr.ContractEventType, topics: xdr.ScVal[], data: xdr.ScVal): void {
    // Past this many, only contracts' own events are kept: diagnostics are help, not state.
    if (this.all.length >= eventsMax && type === xdr.ContractEventType.diagnostic) return;
    this.all.push({
      event: new xdr.ContractEvent({
        ext: xdr.ExtensionPoint.v0(),
        contractId: contract ? new xdr.ContractId(StrKey.decodeContract(contract.text)) : null,
        type,
        body: xdr.ContractEventBody.v0(new xdr.ContractEventV0({ topics, data })),
      }),
      failed: false,
    });
  }

  contract(contract: HostAddress, topics: xdr.ScVal[], data: xdr.ScVal): void {
    this.#add(contract, xdr.ContractEventType.contract, topics, data);
  }

  system(contract: HostAddress, topics: xdr.ScVal[], data: xdr.ScVal): void {
    this.#add(contract, xdr.ContractEventType.system, topics, data);
  }

  call(caller: HostAddress | undefined, called: HostAddress, fn: string, args: readonly xdr.ScVal[]): void {
    const topics = [xdr.ScVal.scvSymbol('fn_call'), xdr.ScVal.scvBytes(new xdr.ScBytes(called.bytes)), xdr.ScVal.scvSymbol(fn)];
    this.#add(caller, xdr.ContractEventType.diagnostic, topics, vecOrOne(args));
  }

  returned(called: HostAddress, fn: string, value: xdr.ScVal): void {
    this.#add(called, xdr.ContractEventType.diagnostic, [xdr.ScVal.scvSymbol('fn_return'), xdr.ScVal.scvSymbol(fn)], value);
  }

  error(contract: HostAddress | undefined, error: xdr.ScError, message: string, args: readonly xdr.ScVal[] = []): void {
    const topics = [xdr.ScVal.scvSymbol('error'), xdr.ScVal.scvError(error)];
    this.#add(contract, xdr.ContractEventType.diagnostic, topics, vecOrOne([xdr.ScVal.scvString(message), ...args]));
  }

  log(contract: HostAddress | undefined, args: readonly xdr.ScVal[]): void {
    this.#add(contract, xdr.ContractEventType.diagnostic, [xdr.ScVal.scvSymbol('log')], vecOrOne(args));
  }

  mark(): number {
    return this.all.length;
  }

  rollback(mark: number): void {
    for (const event of this.all.slice(mark)) event.failed = true;
  }

  /** What goes into the ledger. */
  emitted(): xdr.ContractEvent[] {
    return this.all.filter((e) => !e.failed && e.event.type !== xdr.ContractEventType.diagnostic).map((e) => e.event);
  }

  diagnostics(succeeded: boolean): xdr.DiagnosticEvent[] {
    return this.all.map((e) => new xdr.DiagnosticEvent({ inSuccessfulContractCall: succeeded && !e.failed, event: e.event }));
  }
}
