/** A failed call in words, as RPC servers put it: the error, then the events with the newest first. Clients read `Error(Contract, #n)` out of it. */
import { Address, StrKey, xdr } from '@stellar/stellar-sdk/base';
import { hex } from '../bytes.ts';
import { errorCodes, errorParts, errorTypes, type HostError } from './error.ts';
import type { HostEvent } from './events.ts';

const shownMax = 40;

const valueText = (v: xdr.ScVal): string => {
  switch (v.type) {
    case 'scvError': {
      const { type, code } = errorParts(v.error);
      return errorTypes[type] === 'Contract' ? `Error(Contract, #${code})` : `Error(${errorTypes[type]}, ${errorCodes[code]})`;
    }
    case 'scvSymbol':
      return v.sym.toString();
    case 'scvString':
      return `"${v.str.toString()}"`;
    case 'scvBytes':
      return `Bytes(${hex(v.bytes.value)})`;
    case 'scvAddress':
      return Address.fromScAddress(v.address).toString();
    case 'scvVec':
      return `[${(v.vec ?? []).map(valueText).join(', ')}]`;
    case 'scvMap':
      return `{${(v.map ?? []).map((e) => `${valueText(e.key)}: ${valueText(e.val)}`).join(', ')}}`;
    case 'scvVoid':
      return 'Void';
    case 'scvI128':
      return String((v.i128.hi << 64n) | v.i128.lo);
    case 'scvU128':
      return String((v.u128.hi << 64n) | v.u128.lo);
    case 'scvBool':
    case 'scvU32':
    case 'scvI32':
    case 'scvU64':
    case 'scvI64':
    case 'scvTimepoint':
    case 'scvDuration':
      return String(v.value);
    default:
      return v.type;
  }
};

const kinds: Readonly<Record<string, string>> = { contract: 'Contract', system: 'System', diagnostic: 'Diagnostic' };

const eventText = ({ event, failed }: HostEvent): string => {
  const kind = kinds[event.type.name] ?? event.type.name;
  const head = failed && event.type !== xdr.ContractEventType.diagnostic ? `[Failed ${kind} Event (not emitted)]` : `[${kind} Event]`;
  const contract = event.contractId ? ` contract:${StrKey.encodeContract(event.contractId.value)},` : '';
  const { topics, data } = event.body.v0;
  const called = topics[0]?.type === 'scvSymbol' && topics[0].sym.toString() === 'fn_call';
  const shown = topics.map((t, i) => (called && i === 1 && t.type === 'scvBytes' ? StrKey.encodeContract(t.bytes.value) : valueText(t)));
  return `${head}${contract} topics:[${shown.join(', ')}], data:${valueText(data)}`;
};

export const errorText = (error: HostError, events: readonly HostEvent[]): string => {
  const lines = events
    .slice(-shownMax)
    .reverse()
    .map((e, i) => `   ${i}: ${eventText(e)}`);
  return [`HostError: ${error.text}`, '', ...(lines.length ? ['Event log (newest first):', ...lines] : []), ''].join('\n');
};
