'use client';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import { useHere } from '../../live/providers.tsx';
import { dayAndMinute } from '../../strings/format.ts';
import { nodeSettingsStrings } from '../../strings/node-settings.ts';
import { type Refusal, toldBy } from '../../strings/said.ts';
import { Go } from '../../ui/go.tsx';
import { Age } from '../../ui/parts.tsx';
import { SettingsPage } from '../settings-page.tsx';
import { useAbout } from './use-about.ts';

const words = nodeSettingsStrings.nodeSettings.backend;

/** Another address of the hub: the node tries it first. */
function HubForm() {
  const { trpc } = useHere();
  const queryClient = useQueryClient();
  const [address, setAddress] = useState('');
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ readonly text: string; readonly trouble: boolean }>();
  const field = useId();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setSaid(undefined);
    try {
      queryClient.setQueryData(['about'], await trpc.about.setHub.mutate({ address: address.trim() }));
      setSaid({ text: words.move.done, trouble: false });
      setAddress('');
    } catch (error) {
      // Without data nobody answered: what the browser says of that helps nobody.
      const refusal = error as Refusal;
      setSaid({ text: refusal.data ? toldBy(refusal) : words.move.silent, trouble: true });
    } finally {
      setBusy(false);
    }
  };
  return (
    <details className="fold" data-testid="hub-form">
      <summary>{words.move.title}</summary>
      <form onSubmit={(event) => void submit(event)}>
        <p className="sm pb-3">{words.move.lede}</p>
        {said?.trouble && (
          <p className="note" role="alert" data-testid="hub-trouble">
            {said.text}
          </p>
        )}
        <label className="label" htmlFor={field}>
          {words.move.address}
        </label>
        <div className="field tall mb-3">
          <input
            id={field}
            value={address}
            maxLength={200}
            placeholder="hub.example:8443"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            onChange={(event) => setAddress(event.target.value)}
          />
        </div>
        <button type="submit" className="btn" disabled={busy || address.trim() === ''}>
          {words.move.button}
        </button>
        <p className="sm min-h-5 pt-2" role="status">
          {busy ? words.move.asking : said?.trouble === false ? said.text : ''}
        </p>
      </form>
    </details>
  );
}

/** Where the community's hub is, and whether what this node carries arrives there. */
export function BackendPage() {
  const about = useAbout();
  const timeZone = useNodeState().status?.timeZone;
  if (!about) return <SettingsPage say={nodeSettingsStrings.nodeSettings.asking}>{null}</SettingsPage>;
  const { backend, community } = about;
  if (!community) {
    return (
      <SettingsPage say={words.alone} lede={words.aloneLede}>
        <Go className="btn" href="/setup">
          {words.toSetup}
        </Go>
      </SettingsPage>
    );
  }
  return (
    <SettingsPage say={words.say[backend.state]} lede={words.lede[backend.state]}>
      <dl className="pairs wide" data-testid="backend" data-state={backend.state}>
        {backend.url && (
          <>
            <dt>{words.url}</dt>
            <dd>{backend.url}</dd>
          </>
        )}
        {backend.state !== 'not-a-gateway' && (
          <>
            <dt>{words.since}</dt>
            <dd>{dayAndMinute(backend.since, timeZone)}</dd>
          </>
        )}
        <dt>{words.acknowledged}</dt>
        <dd>{backend.acknowledgedAt === undefined ? words.notYet : <Age at={backend.acknowledgedAt} />}</dd>
        <dt>{words.waiting}</dt>
        <dd>{words.packets(backend.waiting)}</dd>
        <dt>{words.hubs}</dt>
        <dd>
          {community.hubs.map((hub) => (
            <span key={hub} className="block">
              {hub}
            </span>
          ))}
        </dd>
        <dt>{words.community}</dt>
        <dd>{community.name}</dd>
        <dt>{words.role}</dt>
        <dd>{community.gateway ? words.gateway : words.relay}</dd>
        <dt>{words.certificate}</dt>
        <dd>{words.certificates[community.certificate]}</dd>
      </dl>
      <p className="sm pt-4 pb-4">{words.fixed}</p>
      <HubForm />
    </SettingsPage>
  );
}
