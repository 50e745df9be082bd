'use client';
import type { OwnCommunity } from '@energymesh/agent/api/people-schema';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useHere } from '../live/providers.tsx';
import { dateName } from '../strings/format.ts';
import { peopleStrings } from '../strings/people.ts';
import { type Refusal, toldBy } from '../strings/said.ts';
import { Section } from '../ui/parts.tsx';
import { useOwnCommunity } from './use-own-community.ts';

const words = peopleStrings.people.nodes;
type Member = NonNullable<OwnCommunity['own']>['nodes'][number];

/** Of the node that made the community: who is in, and putting out. Once there is a hub, its administrator does it. */
export function Members({ self, timeZone }: { self: string | undefined; timeZone: string | undefined }) {
  const own = useOwnCommunity();
  if (!own || own.moved !== undefined) return null;
  return (
    <Section id="nodes" title={words.title}>
      <ul className="plain-list" data-testid="own-members">
        {own.nodes.map((member) => (
          <Row key={member.node} member={member} self={member.node === self} timeZone={timeZone} />
        ))}
      </ul>
    </Section>
  );
}

/** Twice, with what follows from it, so that nobody does it in passing. */
function Row({ member, self, timeZone }: { member: Member; self: boolean; timeZone: string | undefined }) {
  const { trpc } = useHere();
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string>();
  const { node, name, gateway, enrolledAt, revokedAt } = member;
  const revoke = async () => {
    setBusy(true);
    try {
      queryClient.setQueryData(['own-community'], await trpc.people.revoke.mutate({ node }));
    } catch (error) {
      setFailed(toldBy(error as Refusal));
    } finally {
      setBusy(false);
    }
  };
  const mayGo = !self && revokedAt === undefined && !asked;
  const about = [
    self && words.here,
    gateway && words.gateway,
    revokedAt === undefined ? words.since(dateName(enrolledAt, timeZone)) : words.out(dateName(revokedAt, timeZone)),
  ];
  return (
    <li className={revokedAt === undefined ? undefined : 'past'}>
      <span className={mayGo ? 'split' : 'block'}>
        <span>
          {name}
          <span className="sm block">{about.filter(Boolean).join(', ')}</span>
        </span>
        {mayGo && (
          <button type="button" className="more my-0!" onClick={() => setAsked(true)}>
            {words.putOut}
          </button>
        )}
      </span>
      {asked && revokedAt === undefined && (
        <span className="block pb-2">
          <span className="sm block py-2">{words.sureNext}</span>
          <span className="flex flex-wrap gap-3">
            <button type="button" className="btn" disabled={busy} onClick={() => void revoke()}>
              {words.sure}
            </button>
            <button type="button" className="more my-0!" onClick={() => setAsked(false)}>
              {words.leave}
            </button>
          </span>
        </span>
      )}
      {failed !== undefined && (
        <span className="note block" role="alert">
          {failed}
        </span>
      )}
    </li>
  );
}
