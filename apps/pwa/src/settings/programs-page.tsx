'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Trouble, useWork } from '../earnings/work.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { useHere } from '../live/providers.tsx';
import { TextField } from '../setup/parts.tsx';
import { dateAndMinute } from '../strings/format.ts';
import { programsStrings } from '../strings/programs.ts';
import { Copy } from '../ui/copy.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Section } from '../ui/parts.tsx';
import { SettingsPage } from './settings-page.tsx';

const words = programsStrings.programs;
const key = ['tokens'];
const nameLengthMax = 40;

/** Tokens for other programs: made, listed, revoked. docs/api.md */
export function ProgramsPage() {
  const { trpc } = useHere();
  const { past } = useNodeState();
  const queryClient = useQueryClient();
  const tokens = useQuery({ queryKey: key, queryFn: ({ signal }) => trpc.tokens.list.query(undefined, { signal }) });
  const { busy, trouble, run } = useWork();
  const [name, setName] = useState('');
  const [fresh, setFresh] = useState<{ name: string; token: string }>();
  const again = () => queryClient.invalidateQueries({ queryKey: key });
  const make = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    void run(async () => {
      const { token } = await trpc.tokens.create.mutate({ name });
      setFresh({ name: name.trim(), token });
      setName('');
      await again();
    });
  };
  return (
    <SettingsPage say={words.say} lede={words.lede}>
      <form onSubmit={make} className="pb-6" data-testid="token-form">
        <TextField id="program" label={words.name} value={name} onChange={(text) => setName(text.slice(0, nameLengthMax))} hint={words.nameHint} />
        <div className="mt-3">
          <Trouble of={trouble} />
        </div>
        <button type="submit" className="btn pri" disabled={busy || past || name.trim() === ''}>
          {words.make}
        </button>
        <p className="sm pt-2">{words.plain}</p>
      </form>
      <Section id="tokens" title={words.title}>
        {tokens.data?.length === 0 && <p className="sm pb-6">{words.none}</p>}
        <ul className={past ? 'plain-list past' : 'plain-list'} data-testid="tokens">
          {tokens.data?.map((token) => (
            <Row
              key={token.id}
              token={token}
              disabled={busy || past}
              revoke={() =>
                run(async () => {
                  await trpc.tokens.revoke.mutate({ id: token.id });
                  await again();
                })
              }
            />
          ))}
        </ul>
      </Section>
      {fresh && <Fresh {...fresh} onClose={() => setFresh(undefined)} />}
    </SettingsPage>
  );
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number | undefined;
}

/** Twice, so that nobody does it in passing. */
function Row({ token, disabled, revoke }: { token: Listed; disabled: boolean; revoke: () => void }) {
  const { status } = useNodeState();
  const [sure, setSure] = useState(false);
  const { name, createdAt, lastUsedAt } = token;
  const used = lastUsedAt === undefined ? words.unused : words.used(dateAndMinute(lastUsedAt, status?.timeZone));
  return (
    <li className="split">
      <span>
        {name}
        <span className="sm block">
          {words.made(dateAndMinute(createdAt, status?.timeZone))}, {used}
        </span>
      </span>
      <button type="button" className={sure ? 'btn' : 'more my-0!'} disabled={disabled} onClick={() => (sure ? revoke() : setSure(true))}>
        {sure ? words.sure : words.revoke}
      </button>
    </li>
  );
}

function Fresh({ name, token, onClose }: { name: string; token: string; onClose: () => void }) {
  const command = `curl -H "Authorization: Bearer ${token}" ${location.origin}/api/v1/status`;
  return (
    <Dialog title={words.fresh.title(name)} close={words.fresh.close} onClose={onClose}>
      <p className="note">{words.fresh.lede}</p>
      <p className="label">{words.fresh.token}</p>
      <p className="invite-text" data-testid="token">
        {token}
      </p>
      <Copy text={token} label={words.fresh.copy} className="btn pri tall mt-2" />
      <p className="label mt-3">{words.fresh.example}</p>
      <p className="invite-text">{command}</p>
      <Copy text={command} label={words.fresh.copyExample} className="btn tall mt-2" />
    </Dialog>
  );
}
