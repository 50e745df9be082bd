'use client';
import { phoneStrings } from '../strings/phone.ts';
import { Section } from '../ui/parts.tsx';
import { install, platformOf } from './shell.ts';
import { useShell } from './update-band.tsx';

const words = phoneStrings.phone.install;

/** How to put the app on the home screen, in the words of this phone. Not there once it is. */
export function InstallSection() {
  const { installed, installable } = useShell();
  if (installed) return null;
  const platform = platformOf(navigator.userAgent, navigator.maxTouchPoints);
  return (
    <Section id="install" title={words.title}>
      <p>{words.say}</p>
      {installable ? (
        <button type="button" className="btn mt-3" onClick={() => void install()}>
          {words.button}
        </button>
      ) : (
        <HowTo platform={platform} />
      )}
    </Section>
  );
}

function HowTo({ platform }: { platform: ReturnType<typeof platformOf> }) {
  if (platform === 'ios-safari') {
    const [press, where, choose] = words.ios;
    return (
      <ol className="how" data-testid="install-how">
        <li>
          <b>{press}</b>
          <span className="sm block">{where}</span>
        </li>
        <li>
          <b>{choose}</b>
        </li>
      </ol>
    );
  }
  const how = { 'ios-other': words.iosOther, android: words.android, desktop: words.desktop, 'desktop-firefox': words.desktopFirefox }[platform];
  return (
    <p className="sm mt-2" data-testid="install-how">
      {how}
    </p>
  );
}
