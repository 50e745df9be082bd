/** `node scripts/api-reference.ts`: writes the reference in docs/api.md anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { reference } from '../apps/agent/src/api/rest/reference.ts';

const file = new URL('../docs/api.md', import.meta.url);
const [before, , after] = readFileSync(file, 'utf8').split(/(?<=<!-- reference -->\n)|(?=<!-- end of reference -->)/);
writeFileSync(file, `${before}\n${reference()}\n${after}`);
