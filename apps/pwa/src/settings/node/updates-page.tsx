'use client';
import { useNodeState } from '../../frame/node-state.tsx';
import { dateAndMinute } from '../../strings/format.ts';
import { nodeSettingsStrings } from '../../strings/node-settings.ts';
import { Copy } from '../../ui/copy.tsx';
import { Age, Section } from '../../ui/parts.tsx';
import { SettingsPage } from '../settings-page.tsx';
import { useAbout } from './use-about.ts';

const words = nodeSettingsStrings.nodeSettings.updates;
const commands = { upgrade: 'sudo energymesh-upgrade energymesh_<version>_arm64.deb', rollback: 'sudo energymesh-upgrade --rollback' };

/** What is installed, what comes by itself, and how to do the rest. */
export function UpdatesPage() {
  const about = useAbout();
  const timeZone = useNodeState().status?.timeZone;
  if (!about) return <SettingsPage say={nodeSettingsStrings.nodeSettings.asking}>{null}</SettingsPage>;
  const { node, updates } = about;
  return (
    <SettingsPage say={words.say(node.version)} lede={updates.packaged ? words.packaged : words.source}>
      <dl className="pairs wide mb-6" data-testid="updates">
        <dt>{words.version}</dt>
        <dd>{node.version}</dd>
        <dt>{words.built}</dt>
        <dd>{dateAndMinute(node.builtAt, timeZone)}</dd>
        {updates.installedAt !== undefined && (
          <>
            <dt>{words.installed}</dt>
            <dd>{dateAndMinute(updates.installedAt, timeZone)}</dd>
          </>
        )}
        <dt>{words.channel}</dt>
        <dd>{words.noChannel}</dd>
        <dt>{words.security}</dt>
        <dd>{updates.security ? words.on : words.off}</dd>
        {updates.security && (
          <>
            <dt>{words.securityAt}</dt>
            <dd>{updates.securityAt === undefined ? words.never : <Age at={updates.securityAt} />}</dd>
          </>
        )}
      </dl>
      <Section id="by-itself" title={words.securityTitle}>
        <p className="sm">{updates.security ? words.securityOn : words.securityOff}</p>
        {updates.security && <p className="sm pt-3">{words.held}</p>}
      </Section>
      {updates.packaged && (
        <Section id="by-hand" title={words.byHand}>
          {(['upgrade', 'rollback'] as const).map((each) => (
            <div key={each} className="pb-4">
              <p className="sm">{words[each]}</p>
              <div className="keyline">
                <code>{commands[each]}</code>
                <Copy text={commands[each]} />
              </div>
            </div>
          ))}
        </Section>
      )}
    </SettingsPage>
  );
}
