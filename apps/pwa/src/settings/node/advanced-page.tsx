'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { saveFile } from '../../earnings/save-file.ts';
import { useNodeState } from '../../frame/node-state.tsx';
import type { About } from '../../live/model.ts';
import { useHere } from '../../live/providers.tsx';
import { dayAndMinute } from '../../strings/format.ts';
import { nodeSettingsStrings } from '../../strings/node-settings.ts';
import { Copy } from '../../ui/copy.tsx';
import { Section } from '../../ui/parts.tsx';
import { Choice } from '../network/parts.tsx';
import { SettingsPage } from '../settings-page.tsx';
import { gatherDiagnostics } from './diagnostics.ts';
import { useAbout } from './use-about.ts';

const words = nodeSettingsStrings.nodeSettings.advanced;

/** Ids, versions, ports, log and diagnostics. */
export function AdvancedPage() {
  const about = useAbout();
  const timeZone = useNodeState().status?.timeZone;
  if (!about) return <SettingsPage say={nodeSettingsStrings.nodeSettings.asking}>{null}</SettingsPage>;
  const { node, community, ports } = about;
  return (
    <SettingsPage say={words.say} lede={words.lede}>
      <Section id="who" title={words.who}>
        <dl className="pairs wide">
          <dt>{words.node}</dt>
          <dd className="keyline">
            {node.id} <Copy text={node.id} name={`${nodeSettingsStrings.nodeSettings.copy}: ${words.node}`} className="more" />
          </dd>
          <dt>{words.fingerprint}</dt>
          <dd className="keyline">
            {node.fingerprint} <Copy text={node.fingerprint} name={`${nodeSettingsStrings.nodeSettings.copy}: ${words.fingerprint}`} className="more" />
          </dd>
          {community && (
            <>
              <dt>{words.community}</dt>
              <dd className="keyline">
                {community.id} <Copy text={community.id} name={`${nodeSettingsStrings.nodeSettings.copy}: ${words.community}`} className="more" />
              </dd>
            </>
          )}
          <dt>{words.started}</dt>
          <dd>
            {dayAndMinute(node.startedAt, timeZone)}, {words.times(node.incarnation)}
          </dd>
        </dl>
      </Section>
      <Section id="versions" title={words.versions}>
        <dl className="pairs wide">
          <dt>{words.agent}</dt>
          <dd>{node.version}</dd>
          <dt>{words.runtime}</dt>
          <dd>{node.runtime}</dd>
          <dt>{words.page}</dt>
          <dd>{location.host}</dd>
        </dl>
      </Section>
      <Section id="ports" title={words.ports}>
        <dl className="pairs wide">
          <dt>{words.http}</dt>
          <dd>{ports.http}</dd>
          <dt>{words.devices}</dt>
          <dd>{ports.devices ?? words.closed}</dd>
          <dt>{words.links}</dt>
          <dd>{ports.links ?? words.closed}</dd>
        </dl>
      </Section>
      <Section id="log-level" title={words.log}>
        <LogLevel about={about} />
      </Section>
      <Section id="diagnostics" title={words.diagnostics}>
        <Diagnostics name={node.name} />
      </Section>
    </SettingsPage>
  );
}

function LogLevel({ about }: { about: About }) {
  const { trpc } = useHere();
  const queryClient = useQueryClient();
  const [failed, setFailed] = useState(false);
  const choose = (level: string) => {
    setFailed(false);
    trpc.about.setLogLevel
      .mutate({ level: level as About['logLevel'] })
      .then(() => queryClient.refetchQueries({ queryKey: ['about'] }))
      .catch(() => setFailed(true));
  };
  return (
    <>
      <Choice
        label={words.level}
        hint={words.levelHint}
        value={about.logLevel}
        options={Object.entries(words.levels).map(([value, label]) => ({ value, label: `${label} (${value})` }))}
        onChange={choose}
      />
      {failed && (
        <p className="note" role="alert">
          {words.levelFailed}
        </p>
      )}
    </>
  );
}

const gatherMsMax = 15_000;

function Diagnostics({ name }: { name: string }) {
  const { trpc } = useHere();
  const [state, setState] = useState<string>();
  const save = async () => {
    setState(words.gathering);
    const { text, without } = await gatherDiagnostics(trpc, AbortSignal.timeout(gatherMsMax));
    saveFile(`${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-diagnostics.json`, text, 'application/json');
    setState(without.length > 0 ? words.partly(without.join(', ')) : undefined);
  };
  return (
    <>
      <p className="sm pb-3">{words.diagnosticsNext}</p>
      <button type="button" className="btn" disabled={state === words.gathering} onClick={save}>
        {words.download}
      </button>
      <p className="sm min-h-5 pt-2" role="status">
        {state}
      </p>
    </>
  );
}
