import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface UpdatesNow {
  /** Installed as Debian's package; else nothing updates it by itself. */
  readonly packaged: boolean;
  /** When this version was installed, Unix milliseconds. */
  readonly installedAt: number | undefined;
  /** Debian's security updates come by themselves, but for what the mesh stands on. */
  readonly security: boolean;
  /** When they were last looked at. */
  readonly securityAt: number | undefined;
}

/** What dpkg and unattended-upgrades leave on a Debian machine; on another one none of it is there. docs/install.md */
export function readUpdates(root = '/'): UpdatesNow {
  const at = (path: string): number | undefined => {
    try {
      return Math.round(statSync(join(root, path)).mtimeMs);
    } catch {
      return undefined;
    }
  };
  // Written anew at each installation of the package.
  const installedAt = at('var/lib/dpkg/info/energymesh.list');
  return {
    packaged: installedAt !== undefined,
    installedAt,
    security: existsSync(join(root, 'etc/apt/apt.conf.d/52energymesh-unattended-upgrades')),
    securityAt: at('var/lib/apt/periodic/unattended-upgrades-stamp'),
  };
}
