'use client';
import { type FormEvent, useState } from 'react';
import { peopleStrings } from '../strings/people.ts';
import { Section } from '../ui/parts.tsx';
import { Seg } from '../ui/seg.tsx';
import type { MadeInvite, People, PeopleState } from './use-people.ts';

const words = peopleStrings.people.invite;
const usesChoices = ['1', '5', '20'] as const;
const daysChoices = ['1', '3', '30'] as const;

export function InviteForm({ people, state, onMade }: { people: People; state: PeopleState; onMade: (made: MadeInvite) => void }) {
  const [uses, setUses] = useState<(typeof usesChoices)[number]>('1');
  const [days, setDays] = useState<(typeof daysChoices)[number]>('3');
  const [role, setRole] = useState<'relay' | 'gateway'>('relay');
  const full = people.invites.length >= people.invitesMax;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const made = await state.invite({ role, uses: Number(uses), hours: Number(days) * 24 });
    if (made) onMade(made);
  };
  return (
    <Section id="invite" title={words.title}>
      <form onSubmit={(event) => void submit(event)} className="pb-6">
        <p className="label">{words.uses}</p>
        <Seg
          className="mb-4"
          label={words.uses}
          value={uses}
          options={usesChoices.map((value) => ({ value, label: words.usesOf(Number(value)) }))}
          onChange={setUses}
        />
        <p className="label">{words.lasts}</p>
        <Seg
          className="mb-4"
          label={words.lasts}
          value={days}
          options={daysChoices.map((value) => ({ value, label: words.days(Number(value)) }))}
          onChange={setDays}
        />
        {people.gateway && (
          <>
            <p className="label">{words.role}</p>
            <Seg
              className="mb-4"
              label={words.role}
              value={role}
              options={(['relay', 'gateway'] as const).map((value) => ({ value, label: words.roles[value] }))}
              onChange={setRole}
            />
          </>
        )}
        <div>
          {/* The one thing to do next is the node that waits, if any. */}
          <button type="submit" className={people.requests.length > 0 ? 'btn' : 'btn pri'} disabled={state.busy || full || state.trouble !== undefined}>
            {words.make}
          </button>
        </div>
        {full && <p className="sm pt-2">{words.full(people.invitesMax)}</p>}
      </form>
    </Section>
  );
}
