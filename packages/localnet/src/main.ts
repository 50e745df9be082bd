/** node packages/localnet/src/main.ts --data <dir> [--port 8000] [--host 127.0.0.1] [--interval 1000] [--passphrase text]: one line of JSON with the addresses. */
import { parseArgs } from 'node:util';
import { localPassphrase } from './ledger/config.ts';
import { Localnet } from './localnet.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    interval: { type: 'string' },
    passphrase: { type: 'string', default: localPassphrase },
  },
});

const idleMs = 5_000;
const intervalMs = Number(values.interval ?? 0);
const localnet = await Localnet.open({
  ...(values.data && { dataDir: values.data }),
  host: values.host,
  port: Number(values.port),
  config: { passphrase: values.passphrase },
  close: intervalMs > 0 ? { mode: 'interval', ms: intervalMs, idleMs: Math.max(idleMs, intervalMs) } : { mode: 'immediate' },
});
const { url, rpcUrl, friendbotUrl, passphrase, nativeContract } = localnet;
console.log(JSON.stringify({ url, rpcUrl, horizonUrl: url, friendbotUrl, passphrase, nativeContract }));

const stop = () => void localnet[Symbol.asyncDispose]().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
