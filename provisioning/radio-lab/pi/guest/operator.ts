/**
 * In the virtual Pi: the operator at the dashboard, who changes the network.
 * `operator.ts propose FILE SECONDS` claims the node if nobody has, places the state and prints the change's id; `confirm ID`; `revert ID`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { Page } from '@energymesh/agent/api/page.fixture';

const passphrase = 'seven lanterns over the mill race';
const claimCode = '/var/lib/energymesh/claim-code';
const [command, argument = '', seconds = '120'] = process.argv.slice(2);
const page = new Page('http://127.0.0.1:8080');
if (existsSync(claimCode)) await page.claim(readFileSync(claimCode, 'utf8').trim(), passphrase);
else if (!(await page.login('operator', passphrase))) throw new Error('the passphrase was not taken');
const { network } = page.client;
if (command === 'propose') {
  const state = JSON.parse(readFileSync(argument, 'utf8')) as Record<string, unknown>;
  const { id } = await network.propose.mutate({ state, confirmWithinSeconds: Number(seconds) });
  console.log(id);
} else if (command === 'confirm') await network.confirm.mutate({ id: argument });
else if (command === 'revert') await network.revert.mutate({ id: argument });
else throw new Error(`there is no command ${command}`);
await page.close();
