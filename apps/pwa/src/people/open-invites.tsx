'use client';
import { useState } from 'react';
import { dayAndMinute } from '../strings/format.ts';
import { peopleStrings } from '../strings/people.ts';
import { Section } from '../ui/parts.tsx';
import type { OpenInvite, People, PeopleState } from './use-people.ts';

const words = peopleStrings.people.open;

export function OpenInvites({ people, state, timeZone }: { people: People; state: PeopleState; timeZone: string | undefined }) {
  return (
    <Section id="open-invites" title={words.title}>
      {people.invites.length === 0 ? (
        <p className="sm pb-6">{words.none}</p>
      ) : (
        <ul className="plain-list" data-testid="open-invites">
          {people.invites.map((invite) => (
            <Row key={invite.id} invite={invite} state={state} timeZone={timeZone} />
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Twice, so that nobody does it in passing. */
function Row({ invite, state, timeZone }: { invite: OpenInvite; state: PeopleState; timeZone: string | undefined }) {
  const [sure, setSure] = useState(false);
  const { id, role, uses, usesMax, expiresAt } = invite;
  return (
    <li className="split">
      <span>
        {words.left(uses, usesMax)}
        {role === 'gateway' && `, ${words.gateway}`}
        <span className="sm block">{words.until(dayAndMinute(expiresAt, timeZone))}</span>
      </span>
      {state.trouble === undefined && (
        <button
          type="button"
          className={sure ? 'btn' : 'more my-0!'}
          disabled={state.busy}
          onClick={() => (sure ? state.run((trpc) => trpc.people.withdraw.mutate({ id })) : setSure(true))}
        >
          {sure ? words.sure : words.withdraw}
        </button>
      )}
    </li>
  );
}
