import type { Accepted } from '@energymesh/identity';
import type { Topics } from '../topics.ts';

/** Who is on a connection of the embedded broker. */
export type Principal =
  /** A node, in its own session or, as a gateway, in that of the node it holds the lease of. */
  | { readonly kind: 'node'; readonly node: string; readonly session: string; readonly gateway: boolean; readonly serial: string }
  /** A backend program or an operator's tool. */
  | { readonly kind: 'tool'; readonly name: string };

const SESSION = /^em-([0-9a-f]{16})$/;

export type Admission = { readonly ok: true; readonly principal: Principal } | { readonly ok: false; readonly why: string };

/** A node may open its own session; one with the gateway role and a certificate in date, that of any member. `isMember`: enrolled and not revoked. */
export function admitNode(peer: Accepted, clientId: string, isMember: (node: string) => boolean): Admission {
  const session = SESSION.exec(clientId)?.[1];
  if (session === undefined) return { ok: false, why: 'client id: expected em-<node id>' };
  const gateway = peer.roles.has('gateway') && peer.dates === 'fresh';
  if (session !== peer.node && !gateway) {
    return { ok: false, why: peer.roles.has('gateway') ? 'the certificate has expired: renew it first' : 'only a gateway opens the session of another node' };
  }
  if (session !== peer.node && !isMember(session)) return { ok: false, why: `node ${session} is no member` };
  return { ok: true, principal: { kind: 'node', node: peer.node, session, gateway, serial: peer.serial } };
}

export function mayPublish(principal: Principal, topic: string, topics: Topics): boolean {
  const parsed = topics.parse(topic);
  if (parsed.at === 'outside' || parsed.at === 'document') return false;
  if (principal.kind === 'tool') return parsed.at === 'command' || parsed.at === 'other';
  if (parsed.at === 'command' || parsed.at === 'told' || parsed.at === 'call') return false;
  if (parsed.at === 'node' && parsed.node === principal.node) return true;
  return principal.gateway;
}

/** Nodes hear what goes down only, and of what nodes are told about their rewards that of their session's node: the rest is none of their business. */
export function maySubscribe(principal: Principal, filter: string, topics: Topics): boolean {
  return principal.kind === 'tool' || filter === topics.document || topics.isDownwardFilter(filter, principal.session);
}
