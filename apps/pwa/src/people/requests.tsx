'use client';
import { useId, useState } from 'react';
import { useNow } from '../live/clock.ts';
import { Code } from '../setup/code.tsx';
import { age } from '../strings/format.ts';
import { peopleStrings } from '../strings/people.ts';
import { Section } from '../ui/parts.tsx';
import type { People, PeopleState, Request } from './use-people.ts';

const words = peopleStrings.people.requests;

/** Nodes without an invite: the code decides. */
export function Requests({ people, state }: { people: People; state: PeopleState }) {
  return (
    <Section id="requests" title={words.title}>
      {people.requests.length === 0 ? (
        <p className="sm pb-6">{words.none}</p>
      ) : (
        <ul>
          {people.requests.map((request) => (
            <Waiting key={request.node} request={request} gateway={people.gateway} state={state} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Waiting({ request, gateway, state }: { request: Request; gateway: boolean; state: PeopleState }) {
  const { node, name, code, askedAt } = request;
  const now = useNow();
  const [refusing, setRefusing] = useState(false);
  const [asGateway, setAsGateway] = useState(false);
  const box = useId();
  const off = state.busy || state.trouble !== undefined;
  return (
    <li className="asks" data-testid="join-request" data-node={node}>
      <p className="asks-top">
        <span className="plate off">
          <span>{name}</span>
        </span>
        <span className="tick">{words.asked(age(now - askedAt))}</span>
      </p>
      <Code code={code} />
      {refusing ? (
        <>
          <p className="pb-3 font-semibold">{words.refuseSay(name)}</p>
          <div className="row">
            <button type="button" className="btn" disabled={off} onClick={() => state.run((trpc) => trpc.people.refuse.mutate({ node, forGood: false }))}>
              {words.refuseOnce}
            </button>
            <button type="button" className="btn" disabled={off} onClick={() => state.run((trpc) => trpc.people.refuse.mutate({ node, forGood: true }))}>
              {words.refuseForGood}
            </button>
            <button type="button" className="more mx-2 my-0!" onClick={() => setRefusing(false)}>
              {words.cancel}
            </button>
          </div>
          <p className="sm pt-2">{words.refuseOnceNext}</p>
        </>
      ) : (
        <>
          <p className="sm pb-3">{words.compare}</p>
          {gateway && (
            <label className="tickbox" htmlFor={box}>
              <input id={box} type="checkbox" checked={asGateway} onChange={(event) => setAsGateway(event.target.checked)} />
              <span>
                {words.gateway}
                <span className="sm block">{words.gatewayNext}</span>
              </span>
            </label>
          )}
          <div className="row">
            <button
              type="button"
              className="btn pri"
              disabled={off}
              onClick={() => state.run((trpc) => trpc.people.approve.mutate({ node, gateway: asGateway }))}
            >
              {words.approve}
            </button>
            <button type="button" className="btn" disabled={off} onClick={() => setRefusing(true)}>
              {words.refuse}
            </button>
          </div>
        </>
      )}
    </li>
  );
}
