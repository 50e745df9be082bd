'use client';
import { lazy, Suspense, useState } from 'react';
import { Page } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';
import { Back } from '../settings/back.tsx';
import { age, dayAndMinute } from '../strings/format.ts';
import { peopleStrings } from '../strings/people.ts';
import { Go } from '../ui/go.tsx';
import { Section } from '../ui/parts.tsx';
import { InviteForm } from './invite-form.tsx';
import { OpenInvites } from './open-invites.tsx';
import { Requests } from './requests.tsx';
import { type MadeInvite, type People as PeopleNow, type PeopleState, usePeople } from './use-people.ts';

const words = peopleStrings.people;

/** The code to scan is drawn when there is one. */
const Made = lazy(() => import('./made.tsx').then((module) => ({ default: module.Made })));

const Members = lazy(() => import('./members.tsx').then((module) => ({ default: module.Members })));
const Keys = lazy(() => import('./keys.tsx').then((module) => ({ default: module.Keys })));

/** Who comes in: nodes that ask, invites. The hub is asked each time; what it said last stays. */
export function People() {
  const state = usePeople();
  const { status } = useNodeState();
  const [made, setMade] = useState<MadeInvite>();
  const { people, trouble } = state;
  if (trouble && !trouble.member) return <NoMember />;
  return (
    <Page>
      <Back />
      <h1 className="say" data-testid="people-say">
        {people ? (people.requests.length > 0 ? words.say.waiting(people.requests.length) : words.say.none) : trouble ? words.trouble : words.say.asking}
      </h1>
      {people && <p className="lede">{words.say.lede}</p>}
      <Trouble state={state} />
      {people && (
        <div className={trouble ? 'past people' : 'people'}>
          <div>
            <Requests people={people} state={state} />
            <Decided people={people} timeZone={status?.timeZone} />
          </div>
          <div>
            <InviteForm people={people} state={state} onMade={setMade} />
            <OpenInvites people={people} state={state} timeZone={status?.timeZone} />
          </div>
        </div>
      )}
      <Suspense>
        <Members self={status?.node.id} timeZone={status?.timeZone} />
        <Keys />
      </Suspense>
      <Suspense>{made && <Made made={made} timeZone={status?.timeZone} onClose={() => setMade(undefined)} />}</Suspense>
    </Page>
  );
}

function NoMember() {
  return (
    <Page>
      <h1 className="say">{words.say.noMember}</h1>
      <p className="lede">{words.say.noMemberLede}</p>
      <Go className="btn pri" href="/setup">
        {words.say.toSetup}
      </Go>
    </Page>
  );
}

/** Why the hub was not asked or did not do it, and what to do. */
function Trouble({ state }: { state: PeopleState }) {
  const { trouble, failed, people, at, again } = state;
  const now = useNow();
  if (failed !== undefined)
    return (
      <div className="note" role="alert" data-testid="people-failed">
        <b>{words.failed}</b>
        {failed}
      </div>
    );
  if (!trouble) return null;
  return (
    <div className="note" role="alert" data-testid="people-trouble">
      {people && <b>{words.trouble}</b>}
      <span className="block">{trouble.words}</span>
      {people && <span className="block">{words.troubleThen(age(now - at))}</span>}
      <span className="block pt-3">
        <button type="button" className="btn" onClick={again}>
          {words.again}
        </button>
      </span>
    </div>
  );
}

function Decided({ people, timeZone }: { people: PeopleNow; timeZone: string | undefined }) {
  if (people.decided.length === 0) return null;
  const { decided } = words;
  return (
    <Section id="decided" title={decided.title}>
      <ul className="plain-list">
        {people.decided.map(({ node, name, state, forGood, by, at }) => (
          <li key={node}>
            {state === 'approved' ? decided.approved(name, by) : decided.refused(name, by, forGood)}
            <span className="sm block">{dayAndMinute(at, timeZone)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
