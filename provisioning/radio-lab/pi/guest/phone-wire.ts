/**
 * In the virtual Pi, in the phone's network namespace: `phone-wire.ts TTY NAMESERVER`. What comes over the serial line is connected from here, so it
 * goes out by the phone's radio. It stands in the place of the phone's browser, which runs outside: nothing of a node is in it.
 */
import { Resolver } from 'node:dns/promises';
import { createReadStream, createWriteStream, openSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { answerOver } from '../phone-wire.ts';

const [tty = '', nameserver = ''] = process.argv.slice(2);
const resolver = new Resolver({ timeout: 2000, tries: 3 });
resolver.setServers([nameserver]);
const line = openSync(tty, 'r+');
const wire = Duplex.from({ readable: createReadStream('', { fd: line }), writable: createWriteStream('', { fd: line }) });
answerOver(wire, async (name) => (await resolver.resolve4(name))[0], console.error);
