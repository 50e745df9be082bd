// Rewards at every boundary, budgets, draws and the hub's chain: docs/proofs.md §6 to §8.
import {
  type Attested,
  chainFault,
  chainStepsMax,
  chainValue,
  defaultParams,
  type Home,
  type Hour,
  isAudited,
  judgeHome,
  latencyUnknownUs,
  movingEpochs,
  type Params,
  paramNames,
  paramRules,
  payInTime,
  payLate,
  rewardOf,
  sampleIndexes,
  seedOf,
  settlingEpochs,
  unfitParams,
} from '../src/index.ts';
import { epoch, members, relay, sha256, text } from './keys.ts';
import { hex } from './plain.ts';
import { leaves, treeOf } from './receipts.ts';

/** Amounts as decimal text: an i128 is no JSON number. */
const amounts = (value: object): object => Object.fromEntries(Object.entries(value).map(([k, v]) => [k, typeof v === 'bigint' ? v.toString() : v]));

export function rewards(): object[] {
  const middling: Attested = { uptimeBp: 9000, latencyUs: 200_000, earning: 1_000_000 };
  const of = (name: string, hour: Partial<Hour>, params: Partial<Params> = {}): object => {
    const all: Hour = { packetCount: 1000, attested: middling, onProbation: false, ...hour };
    return { name, params, hour: { ...all, attested: all.attested ?? null }, result: amounts(rewardOf({ ...defaultParams, ...params }, all)) };
  };
  const with_ = (name: string, attested: Partial<Attested>, hour: Partial<Hour> = {}): object => of(name, { ...hour, attested: { ...middling, ...attested } });
  const best: Attested = { uptimeBp: 10_000, latencyUs: 0, earning: 3_600_000 };
  return [
    of('1,000 packets: 0.01 XLM', {}),
    of('nothing', { packetCount: 0 }),
    of('one packet', { packetCount: 1 }),
    of('999 packets', { packetCount: 999 }),
    with_('uptime 95.00 %: no bonus yet', { uptimeBp: 9500 }),
    with_('uptime 95.01 %', { uptimeBp: 9501 }),
    with_('uptime 100 %', { uptimeBp: 10_000 }),
    with_('uptime 80.00 %: no penalty', { uptimeBp: 8000 }),
    with_('uptime 79.99 %', { uptimeBp: 7999 }),
    with_('uptime 0', { uptimeBp: 0 }),
    with_('latency 100 ms: no bonus', { latencyUs: 100_000 }),
    with_('latency 99.999 ms', { latencyUs: 99_999 }),
    with_('latency 0', { latencyUs: 0 }),
    with_('latency unknown', { latencyUs: latencyUnknownUs }),
    with_('both bonuses', { uptimeBp: 9501, latencyUs: 99_999 }),
    with_('penalty and latency bonus', { uptimeBp: 7999, latencyUs: 99_999 }),
    with_('one packet with both bonuses: rounded down', { uptimeBp: 9501, latencyUs: 99_999 }, { packetCount: 1 }),
    with_('7 packets with a penalty', { uptimeBp: 0 }, { packetCount: 7 }),
    with_('fewer attested than proved', { earning: 400 }),
    with_('nothing attested as earning', { earning: 0 }),
    with_('more attested than proved', { earning: 1001 }),
    of('not attested: base rate', { attested: undefined }),
    of('not attested, on probation', { attested: undefined, onProbation: true }),
    of('on probation', { onProbation: true }),
    with_('on probation with both bonuses, rounded down', { uptimeBp: 9501, latencyUs: 99_999 }, { onProbation: true, packetCount: 333 }),
    of('at the cap', { packetCount: 360_000 }),
    of('above the cap', { packetCount: 360_001 }),
    of('above the cap, not attested', { packetCount: 9_000_000_000, attested: undefined }),
    of('a rate of one stroop per 1,000: 999 packets', { packetCount: 999 }, { stroopsPer1000: 1 }),
    of('a rate of one stroop per 1,000: 1,000 packets', {}, { stroopsPer1000: 1 }),
    of(
      'the most that any parameters allow',
      { packetCount: 3_600_000, attested: best },
      { stroopsPer1000: 10_000_000, bonusUptimeBp: 5000, bonusLatencyBp: 5000, nodeCap: 3_600_000 },
    ),
    of('the greatest penalty', { attested: { ...middling, uptimeBp: 0 } }, { penaltyBp: 9000 }),
    of('probation without pay', { onProbation: true }, { probationBp: 0 }),
    of('other thresholds: just above', { attested: { ...middling, uptimeBp: 5001 } }, { uptimeHighBp: 5000, uptimeLowBp: 4999 }),
    of('other thresholds: just below', { attested: { ...middling, uptimeBp: 4998 } }, { uptimeHighBp: 5000, uptimeLowBp: 4999 }),
    of('high threshold of 100 %: no bonus for anybody', { attested: best }, { uptimeHighBp: 10_000 }),
  ];
}

export function budgets(): object[] {
  const of = (name: string, budget: bigint, total: bigint, latePaid: bigint, gross: bigint): object => {
    const account = { budget, total, latePaid };
    return amounts({ name, ...account, gross, inTime: gross <= total ? payInTime(account, gross) : null, late: payLate(account, gross) });
  };
  return [
    of('room for all', 100n, 60n, 0n, 60n),
    of('just room', 100n, 100n, 0n, 40n),
    of('one too much: rounded down', 100n, 101n, 0n, 101n),
    of('a share of a third', 100n, 300n, 0n, 100n),
    of('rounded down to nothing', 1n, 3n, 0n, 1n),
    of('nothing to share', 0n, 500n, 0n, 500n),
    of('nobody in time', 100n, 0n, 0n, 30n),
    of('late, part of the rest is paid', 100n, 60n, 25n, 30n),
    of('late, the rest is paid', 100n, 60n, 40n, 30n),
    of('late, after an epoch that was too small', 100n, 101n, 0n, 1n),
    of('the greatest budget', 10_000_000_000_000n, 360_000_000_000_000n, 0n, 72_000_000_000n),
  ];
}

/** Where a device belongs, before and after an epoch: §7.6. */
export function homes(): object[] {
  const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(16)) as [string, string, string];
  const of = (name: string, home: Home | null, brought: Readonly<Record<string, number>>, quota = 3600): object => {
    const verdict = judgeHome(home ?? undefined, new Map(Object.entries(brought)), quota);
    return { name, home, brought, quota, result: { home: verdict.home ?? null, counts: verdict.counts ?? null, disputed: verdict.disputed } };
  };
  const rates = Array.from({ length: settlingEpochs }, (_, i) => 350 + i);
  const settled: Home = { node: a, hours: rates };
  const away = (epochs: number, more: Partial<Home> = {}): Home => ({ ...settled, guest: { node: b, epochs }, ...more });
  return [
    of('of no device', null, {}),
    of('the first epoch', null, { [a]: 12 }),
    of('the first epoch, of a device that sends too much', null, { [a]: 5000 }),
    of('the first epoch, from two', null, { [a]: 12, [b]: 1 }),
    of('the second epoch, silent', { node: a, hours: [12] }, {}),
    of('the second epoch, with another', { node: a, hours: [12] }, { [b]: 360 }),
    of('the second epoch, with both', { node: a, hours: [12] }, { [a]: 360, [b]: 1 }),
    of('the last epoch before it belongs there', { node: a, hours: rates.slice(1) }, { [a]: 400 }),
    of('disputed just before', { node: a, hours: rates.slice(1) }, { [a]: 400, [b]: 400 }),
    of('at home: the oldest rate is forgotten', settled, { [a]: 400 }),
    of('at home, whatever others say', settled, { [a]: 1, [b]: 3600, [c]: 3600 }),
    of('at home, beyond the quota', settled, { [a]: 5000 }),
    of('home and silent', settled, {}),
    of('a guest, at the usual rate', settled, { [b]: 3600 }),
    of('a quota below the usual rate', settled, { [b]: 3600 }, 100),
    of('two guests', settled, { [b]: 10, [c]: 10 }),
    of('a guest for the second time', away(1), { [b]: 360 }),
    of('the guest was silent, and so was everybody', away(5), {}),
    of('another guest', away(5), { [c]: 360 }),
    of('a guest in dispute', away(5), { [b]: 360, [c]: 1 }),
    of('home again', away(5), { [a]: 360 }),
    of('home again, and the guest goes on', away(movingEpochs - 1), { [a]: 1, [b]: 360 }),
    of('the last epoch as a guest', away(movingEpochs - 1), { [b]: 360 }),
    of('where it moved to', { node: b, hours: rates, atMost: 362 }, { [b]: 3600 }),
    of('where it moved to, and the former home', { node: b, hours: rates, atMost: 362 }, { [a]: 360, [b]: 360 }),
    of('named by people', { node: a, hours: [], named: true }, { [a]: 360, [b]: 360 }),
    of('named by people, and elsewhere', { node: a, hours: [], named: true }, { [b]: 360 }),
    of('named by people, elsewhere, and known', { node: a, hours: [10, 30, 20], named: true }, { [b]: 360 }),
    of('nothing is nobody', settled, { [a]: 0, [b]: 5 }),
  ];
}

/** Every parameter with its bounds, then sets of them that hold and that do not. */
export function params(): object[] {
  const of = (name: string, changed: Partial<Params>): object => ({ name, params: changed, unfit: unfitParams({ ...defaultParams, ...changed }) });
  return [
    ...paramNames.map((name) => ({ name, ...paramRules[name] })),
    of('as they begin', {}),
    ...paramNames.flatMap((name) => {
      const { min, max } = paramRules[name];
      const low = name === 'uptimeHighBp' ? { uptimeLowBp: 0 } : name === 'uptimeLowBp' ? { uptimeHighBp: 10_000 } : {};
      return [
        of(`${name} at its least`, { ...low, [name]: min }),
        of(`${name} at its most`, { ...low, [name]: max }),
        ...(min > 0 ? [of(`${name} below its least`, { ...low, [name]: min - 1 })] : []),
        of(`${name} above its most`, { ...low, [name]: max + 1 }),
      ];
    }),
    of('uptime thresholds that meet', { uptimeLowBp: 9500 }),
    of('uptime thresholds that cross', { uptimeLowBp: 9501 }),
  ];
}

export function draws(): object[] {
  const nodes = [relay, ...members];
  const tree = treeOf(leaves);
  return Array.from({ length: 24 }, (_, i) => {
    const of = {
      chainValue: sha256(text(`chain ${i}`)),
      merkleRoot: i % 3 === 0 ? tree.root : sha256(text(`root ${i}`)),
      node: nodes[i % nodes.length]!.publicKey,
      epoch: epoch + i,
    };
    const packetCount = [tree.packets, 1, 360_000, 3_600_000, 0, 7][i % 6]!;
    const samples = 1 + (i % 16);
    const auditBp = [2500, 0, 10_000, 5000][i % 4]!;
    const seed = seedOf(sha256, of);
    return {
      name: `draw ${i}`,
      chainValue: hex(of.chainValue),
      merkleRoot: hex(of.merkleRoot),
      node: hex(of.node),
      epoch: of.epoch,
      packetCount,
      samples,
      auditBp,
      seed: hex(seed),
      indexes: sampleIndexes(sha256, seed, samples, packetCount),
      audited: isAudited(sha256, seed, auditBp),
    };
  });
}

export function chain(): object[] {
  const tip = { epoch: epoch + 600, value: sha256(text('the hub keeps this to itself')) };
  const at = (e: number) => ({ epoch: e, value: chainValue(sha256, tip, e) });
  const of = (name: string, last: ReturnType<typeof at>, next: ReturnType<typeof at>, epochNow: number): object => ({
    name,
    last: { epoch: last.epoch, value: hex(last.value) },
    next: { epoch: next.epoch, value: hex(next.value) },
    epochNow,
    fault: chainFault(sha256, last, next, epochNow) ?? null,
  });
  return [
    of('the next epoch', at(epoch), at(epoch + 1), epoch + 1),
    of('the next epoch, late', at(epoch), at(epoch + 1), epoch + 100),
    of('over ten epochs', at(epoch), at(epoch + 10), epoch + 10),
    of('over as many as may be', at(epoch), at(epoch + chainStepsMax), epoch + 600),
    of('over one too many', at(epoch), at(epoch + chainStepsMax + 1), epoch + 600),
    of('before its time', at(epoch), at(epoch + 1), epoch),
    of('the same again', at(epoch), at(epoch), epoch),
    of('an older one', at(epoch + 5), at(epoch + 4), epoch + 5),
    of('the value of another epoch', at(epoch), { ...at(epoch + 3), epoch: epoch + 2 }, epoch + 5),
  ];
}
