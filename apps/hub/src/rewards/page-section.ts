import { html } from 'hono/html';
import type { CaughtView, RewardsView } from './view.ts';

type Markup = ReturnType<typeof html>;

const number = (value: number): string => value.toLocaleString('en-US');
/** Stroops as XLM, with no more places than there are. */
export function xlm(stroops: string): string {
  const value = BigInt(stroops);
  const rest = (value % 10_000_000n).toString().padStart(7, '0').replace(/0+$/, '');
  return `${(value / 10_000_000n).toLocaleString('en-US')}${rest && `.${rest}`} XLM`;
}

/** True if read aloud. */
export function rewardsSentence({ hindrance, accounts, terms }: RewardsView): string {
  const to = `Send XLM to ${accounts.fees.address}.`;
  switch (hindrance?.kind) {
    case undefined:
      return terms.epochSeconds === 3600
        ? 'Hours are proved, attested and paid.'
        : `Hours of ${terms.epochSeconds} seconds: this is a test network's community.`;
    case 'ledger-away':
      return 'The ledger does not answer. Nothing is lost: what waits goes there when it does.';
    case 'ledger-behind':
      return 'The ledger has less than was read before: its server is behind, or the network was begun anew.';
    case 'source-missing':
    case 'insufficient':
      return `The hub's account cannot pay the fees. ${to}`;
    case 'too-dear':
      return 'The ledger asks for more than the hub is allowed to pay for a transaction: rewards.feeXlmMax.';
    case 'no-contract':
      return 'There is no contract at the address in the configuration.';
    default:
      return "The contract was not deployed with this hub's keys and hours: nothing is attested.";
  }
}

const states: Record<CaughtView['state'], string> = {
  lost: 'Not shown in time, lost',
  refused: 'Not taken',
  asked: 'To be shown',
  shown: 'Shown, and good',
  paid: 'Shown, and paid',
};

/** Of the status page. */
export function rewardsSection(view: RewardsView): Markup {
  const { hours, asks, messages } = view.waiting;
  const open = (hours.received ?? 0) + (hours.proved ?? 0) + (hours.attested ?? 0) + (hours['to-show'] ?? 0) + (hours.revealed ?? 0);
  const balance = view.accounts.fees.balance;
  return html`<section aria-labelledby="rewards">
<h2 id="rewards">Rewards <span>hour ${view.epoch}</span></h2>
<p>${rewardsSentence(view)}</p>
<dl class="facts">
<div><dt>Registered</dt><dd>${number(view.registered)}</dd><dd class="note">nodes, with the contract</dd></div>
<div><dt>Hours under way</dt><dd>${number(open)}</dd><dd class="note">${number(hours['to-show'] ?? 0)} of them to be shown</dd></div>
<div><dt>Waiting for the ledger</dt><dd>${number(asks)}</dd><dd class="note">things that nodes asked for; ${number(messages)} unread</dd></div>
<div><dt>For fees</dt><dd>${balance === null ? 'not known' : xlm(balance)}</dd><dd class="note">in ${view.accounts.fees.address}</dd></div>
</dl>
${
  view.nodes.length === 0
    ? ''
    : html`<table><thead><tr><th scope="col">Node, last week</th><th scope="col">Packets that count</th><th scope="col">Paid</th></tr></thead><tbody>${view.nodes.map(
        (
          node,
        ) => html`<tr><th scope="row">${node.name ?? node.node}<small>${number(node.hours)} hours${node.lost > 0 ? `, ${number(node.lost)} lost` : ''}</small></th>
<td>${number(node.earning)}<small>of ${number(node.packets)}</small></td><td>${xlm(node.paid)}</td></tr>`,
      )}</tbody></table>`
}
${
  view.caught.length === 0
    ? ''
    : html`<h2 id="caught">Looked at closely</h2><table aria-labelledby="caught"><thead><tr><th scope="col">Node</th><th scope="col">Hour</th><th scope="col">What</th></tr></thead><tbody>${view.caught.map(
        (
          hour,
        ) => html`<tr><th scope="row">${hour.name ?? hour.node}${hour.appeal === null ? '' : html`<small>Operator: ${hour.appeal}</small>`}${hour.answer === null ? '' : html`<small>Answer: ${hour.answer}</small>`}</th>
<td>${hour.epoch}</td><td>${states[hour.state]}<small>${hour.why.join(', ')}</small></td></tr>`,
      )}</tbody></table>`
}
${
  view.disputed.length === 0
    ? ''
    : html`<h2 id="disputed">Devices in dispute</h2><p>Several nodes brought packets in their names. Where the node is known only its packets count; where not, nobody's do until somebody says where the device is.</p>
<table aria-labelledby="disputed"><thead><tr><th scope="col">Device</th><th scope="col">Belongs to</th><th scope="col">Brought by</th></tr></thead><tbody>${view.disputed.map(
        (home) => html`<tr><th scope="row">${home.device}</th>
<td>${home.settled ? home.node : 'not known yet'}</td><td>${home.disputedBy.join(', ')}<small>hour ${home.disputed}</small></td></tr>`,
      )}</tbody></table>`
}
</section>`;
}
