/**
 * What a paired phone may ask of its node: everything to look at, and what earns. Not: who may log in, other phones, the network, the wallet's phrase and
 * money, a factory reset; these want the passphrase on the node's own page. A procedure that is not named here is refused.
 */
const allowed: ReadonlySet<string> = new Set([
  'status.get',
  'mesh.topology',
  'mesh.neighbours',
  'mesh.nearby',
  'radio.get',
  'network.status',
  'devices.list',
  'traffic.today',
  'traffic.over',
  'log.recent',
  'setup.get',
  'rewards.earnings',
  'rewards.series',
  'rewards.hours',
  'rewards.hour',
  'rewards.csv',
  'rewards.errands',
  'rewards.claim',
  'rewards.appeal',
  'rewards.wallet.state',
  'rewards.wallet.history',
  'rewards.wallet.receive',
  'rewards.wallet.refresh',
  'rewards.wallet.withdrawals',
  'rewards.governance.rules',
  'rewards.governance.proposals',
  'rewards.governance.vote',
  'phones.follow',
  'phones.leave',
]);

export const phoneMay = (path: string): boolean => allowed.has(path);
