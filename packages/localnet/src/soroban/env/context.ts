import { HostError } from '../error.ts';
import { errorCodeOf, errorTypeOf, hostErrorOf, toU32, u32, VOID } from '../val.ts';
import { readMemory, readVals } from './memory.ts';
import { fn, type HostFunctions } from './table.ts';

const topicsMax = 1_000;

export const context: HostFunctions = {
  _: fn('log_from_linear_memory', (host, position: bigint, length: bigint, vals: bigint, count: bigint) => {
    const text = host.values.string(Buffer.from(readMemory(host, toU32(position), toU32(length))).toString());
    host.events.log(
      host.frame.contract,
      [text, ...readVals(host, vals, count)].map((v) => host.values.toXdr(v)),
    );
    return VOID;
  }),
  0: fn('obj_cmp', (host, a: bigint, b: bigint) => BigInt.asUintN(64, BigInt(Math.sign(host.values.compare(a, b))))),
  1: fn('contract_event', (host, topics: bigint, data: bigint) => {
    const list = host.values.object(topics, 'vec');
    if (list.length > topicsMax) throw new HostError('Events', 'ExceededLimit', 'too many topics');
    host.events.contract(
      host.current,
      list.map((t) => host.values.toXdr(t)),
      host.values.toXdr(data),
    );
    return VOID;
  }),
  2: fn('get_ledger_version', (host) => u32(host.ledger.config.protocolVersion)),
  3: fn('get_ledger_sequence', (host) => u32(host.ledger.seq)),
  4: fn('get_ledger_timestamp', (host) => host.values.number('u64', host.ledger.closeTime)),
  5: fn('fail_with_error', (host, error: bigint) => {
    if (errorTypeOf(error) === 0) throw host.fail(hostErrorOf(error, 'failing with contract error'), [u32(errorCodeOf(error))]);
    throw host.fail(new HostError('Context', 'UnexpectedType', 'contract attempted to fail with non-ContractError error code'), [error]);
  }),
  6: fn('get_ledger_network_id', (host) => host.values.bytes(host.ledger.networkId)),
  7: fn('get_current_contract_address', (host) => host.values.address(host.current)),
  8: fn('get_max_live_until_ledger', (host) => u32(host.ledger.seq + host.ledger.config.maxEntryTtl - 1)),
};
