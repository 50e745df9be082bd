import { join } from 'node:path';
import type { Config } from './config.ts';
import type { Events } from './events.ts';
import { writeDurably } from './identity/files.ts';
import type { NodeIdentity } from './identity/identity.ts';
import type { Clock } from './ports.ts';
import type { BackendConfig, BackendState } from './relay/gateway.ts';

/**
 * How this node reaches the backend: as configured, else as the hub told a gateway when it was enrolled; undefined: it is no gateway.
 * Over TLS it shows its own node certificate unless another is configured: brokers that ask for one find the community's.
 */
export function backendOf(config: Pick<Config, 'backend' | 'dataDir'>, identity: Pick<NodeIdentity, 'enrolment' | 'onChange'>): BackendConfig | undefined {
  const { enrolment } = identity;
  const folder = join(config.dataDir, 'identity');
  const own = { cert: join(folder, 'chain.pem'), key: join(folder, 'node.key') };
  const keep = () => identity.enrolment && writeDurably(own.cert, identity.enrolment.chain);
  if (config.backend) {
    const overTls = config.backend.url.startsWith('mqtts:');
    if (!overTls || config.backend.cert !== undefined) return config.backend;
    keep();
    identity.onChange(keep);
    return { ...config.backend, ...own };
  }
  const told = enrolment?.gateway ? enrolment.backend : undefined;
  if (!told) return undefined;
  const { url, protocol, login, ca } = told;
  const caFile = join(folder, 'backend-ca.pem');
  if (ca !== undefined) writeDurably(caFile, ca);
  if (login.by === 'certificate') {
    keep();
    identity.onChange(keep);
  }
  return {
    url,
    envelope: protocol === '3.1.1',
    ...(ca !== undefined && { ca: caFile }),
    ...(login.by === 'certificate' && own),
    ...(login.by === 'password' && { username: login.username, password: login.password }),
  };
}

interface BackendTeller {
  stats(): { readonly backend: BackendState };
  onChange(handler: () => void): () => void;
}

/** The first connection may take a few tries (other versions of MQTT are asked for): it is news only when it has not stood after a while. */
const firstConnectionMs = 3000;

/** Tells of the backend's coming and going. */
export function followBackend(relay: BackendTeller, events: Events, clock: Clock): Disposable {
  let told: 'connected' | 'unreachable' | undefined;
  let cancel: (() => void) | undefined;
  const tell = (): void => {
    const { backend } = relay.stats();
    if (backend.state === told) return;
    if (backend.state === 'connected') events.backendUp({ url: backend.url });
    else if (backend.state === 'unreachable') events.backendDown({ url: backend.url, reason: backend.why ?? 'no answer' });
    else return;
    told = backend.state;
  };
  const off = relay.onChange(() => {
    if (told !== undefined || relay.stats().backend.state === 'connected') tell();
    else cancel ??= clock.after(firstConnectionMs, tell);
  });
  return {
    [Symbol.dispose]() {
      off();
      cancel?.();
    },
  };
}
