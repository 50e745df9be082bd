import type { Requests } from '@energymesh/identity';
import type { Enrolled, Enrolment } from './enrolment.ts';
import { type Clock, EnrolmentRefused, type JoinRequest, type RecordStore, type Records } from './records.ts';

/** Nodes that wait for a word; one more is turned away. */
export const requestsOpenMax = 64;
/** Refused for good; the one refused longest ago is forgotten at the bound. */
export const refusedMax = 1000;
/** A node that has not asked for so long is no longer shown; an approval or a refusal that nobody fetched for so long is forgotten. */
export const requestLastsMs = 24 * 3_600_000;
/** A node asks every few seconds: written down so often at most. */
const heardEveryMs = 60_000;

export type JoinAnswer =
  | { readonly state: 'open' }
  | { readonly state: 'refused'; readonly forGood: boolean }
  | { readonly state: 'admitted'; readonly enrolled: Enrolled };

/** Nodes without an invite: they ask, members decide, and with the next asking they are in. docs/setup.md */
export class JoinRequests {
  readonly #store: RecordStore;
  readonly #enrolment: Enrolment;
  readonly #isRevoked: (node: string) => boolean;
  readonly #admitted: (node: string) => void;
  readonly #clock: Clock;

  constructor(options: {
    readonly store: RecordStore;
    readonly enrolment: Enrolment;
    readonly isRevoked: (node: string) => boolean;
    readonly admitted: (node: string) => void;
    readonly clock: Clock;
  }) {
    this.#store = options.store;
    this.#enrolment = options.enrolment;
    this.#isRevoked = options.isRevoked;
    this.#admitted = options.admitted;
    this.#clock = options.clock;
  }

  /** `mayBegin`: this address may leave one more request. Throws EnrolmentRefused, or what `mayBegin` throws. */
  async ask(request: { readonly requests: Requests; readonly name: string; readonly mayBegin: () => void }): Promise<JoinAnswer> {
    const asker = await this.#enrolment.asker(request.requests, request.name);
    const { node, publicKey, name } = asker;
    if (this.#isRevoked(node)) throw new EnrolmentRefused('revoked', `node ${node} has been revoked from this community`);
    const now = this.#clock.now();
    const answer = await this.#store.transaction(async (records): Promise<JoinAnswer> => {
      const rows = await this.#rows(records, now);
      const known = rows.find((row) => row.node === node);
      if (known?.state === 'refused') return { state: 'refused', forGood: known.forGood };
      if (known?.state === 'approved') {
        // Under the name that was approved.
        const { gateway, by } = known;
        return { state: 'admitted', enrolled: await this.#enrolment.admit(records, { ...asker, name: known.name }, { gateway, invite: 'approval', by }) };
      }
      if (!known) {
        request.mayBegin();
        if (rows.filter((row) => row.state === 'open').length >= requestsOpenMax)
          throw new EnrolmentRefused('requests-full', `${requestsOpenMax} nodes wait for an answer already: ask for an invite, or try again tomorrow`);
        await records.putRequest({ node, publicKey, name, state: 'open', forGood: false, gateway: false, askedAt: now, heardAt: now });
        await records.event({ at: now, kind: 'join-asked', detail: `${node} ${name}` });
      } else if (known.name !== name || now - known.heardAt >= heardEveryMs) await records.putRequest({ ...known, name, heardAt: now });
      return { state: 'open' };
    });
    if (answer.state === 'admitted') this.#admitted(node);
    return answer;
  }

  /** The newest first. */
  async list(): Promise<readonly JoinRequest[]> {
    const now = this.#clock.now();
    const rows = await this.#store.transaction((records) => this.#rows(records, now));
    return [...rows].sort((a, b) => b.askedAt - a.askedAt || (a.node < b.node ? -1 : 1));
  }

  /** Throws EnrolmentRefused `no-such`: lapsed, or decided by somebody else meanwhile. */
  async decide(
    decision: { readonly node: string; readonly by: string } & (
      | { readonly approve: true; readonly gateway: boolean }
      | { readonly approve: false; readonly forGood: boolean }
    ),
  ) {
    const now = this.#clock.now();
    const { node, by } = decision;
    await this.#store.transaction(async (records) => {
      const rows = await this.#rows(records, now);
      const known = rows.find((row) => row.node === node);
      if (known?.state !== 'open') throw new EnrolmentRefused('no-such', 'this node does not wait any more: somebody has decided, or it stopped asking');
      const change = decision.approve
        ? ({ state: 'approved', gateway: decision.gateway } as const)
        : ({ state: 'refused', forGood: decision.forGood } as const);
      if (!decision.approve && decision.forGood) await this.#forgetRefused(records, rows);
      await records.putRequest({ ...known, ...change, by, decidedAt: now });
      const kind = decision.approve ? 'join-approved' : 'join-refused';
      await records.event({ at: now, kind, detail: `${node} ${known.name} by ${by}${change.state === 'refused' && change.forGood ? ', for good' : ''}` });
    });
  }

  /** Without those that lapsed. */
  async #rows(records: Records, now: number): Promise<JoinRequest[]> {
    const rows: JoinRequest[] = [];
    for (const row of await records.requests()) {
      const lapsed = !(row.state === 'refused' && row.forGood) && now - (row.decidedAt ?? row.heardAt) >= requestLastsMs;
      if (lapsed) await records.dropRequest(row.node);
      else rows.push(row);
    }
    return rows;
  }

  async #forgetRefused(records: Records, rows: readonly JoinRequest[]): Promise<void> {
    const refused = rows.filter((row) => row.state === 'refused' && row.forGood).sort((a, b) => (a.decidedAt ?? 0) - (b.decidedAt ?? 0));
    for (const row of refused.slice(0, Math.max(0, refused.length + 1 - refusedMax))) await records.dropRequest(row.node);
  }
}
