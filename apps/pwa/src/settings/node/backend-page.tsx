'use client';
import { useNodeState } from '../../frame/node-state.tsx';
import { dayAndMinute } from '../../strings/format.ts';
import { nodeSettingsStrings } from '../../strings/node-settings.ts';
import { Go } from '../../ui/go.tsx';
import { Age } from '../../ui/parts.tsx';
import { SettingsPage } from '../settings-page.tsx';
import { useAbout } from './use-about.ts';

const words = nodeSettingsStrings.nodeSettings.backend;

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
      <p className="sm pt-4">{words.fixed}</p>
    </SettingsPage>
  );
}
