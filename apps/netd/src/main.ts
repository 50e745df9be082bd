import { readFileSync } from 'node:fs';
import { type NetworkOutcome, parseNetworkState, problemText, requestFolder, statusPath } from '@energymesh/network';
import { Disk } from './disk.ts';
import { Helper } from './helper.ts';
import { takeRequests } from './intake.ts';
import { paths } from './paths.ts';
import { machine } from './system.ts';

/** sysexits.h */
const exit = { ok: 0, failed: 1, usage: 64, data: 65 } as const;

const usage = `energymesh-netd: the network of an EnergyMesh node. docs/network.md

  apply            take the requests that lie in ${requestFolder}
  revert-if-due    go back if nobody confirmed in time
  boot             bring the confirmed state into force as the machine starts
  confirm          confirm the change that waits
  revert           take the change that waits back
  adopt <file>     bring a state into force and confirm it at once
  check <file>     say what is wrong with a state
  status           print ${statusPath}
`;

// Keys and passphrases: for root alone. Files for others get their mode by name.
process.umask(0o022);
const [command, file, ...more] = process.argv.slice(2);
process.exitCode = main();

function main(): number {
  if (more.length > 0 || (file === undefined) === (command === 'adopt' || command === 'check')) return wrong();
  switch (command) {
    case 'apply':
      return apply();
    case 'revert-if-due':
      return ended(helper().revertIfDue());
    case 'boot':
      return ended(helper().boot());
    case 'confirm':
    case 'revert':
      return ended(helper().decide(command));
    case 'adopt':
      return ended(helper().adopt(read(file as string)));
    case 'check': {
      const parsed = parseNetworkState(read(file as string));
      if (!parsed.ok) for (const problem of parsed.problems) console.error(problemText(problem));
      return parsed.ok ? exit.ok : exit.data;
    }
    case 'status':
      process.stdout.write(readFileSync(statusPath, 'utf8'));
      return exit.ok;
    default:
      return wrong();
  }
}

function apply(): number {
  const box = { folder: requestFolder, quarantine: paths.quarantine, system: machine, nowMs: Date.now };
  // A helper for each, so that a request finds what the one before it has left.
  for (const found of takeRequests(box)) ended(typeof found === 'string' ? helper().refuse(found) : helper().handle(found));
  // What was refused is answered in the status; to systemd this run has done its work.
  return exit.ok;
}

function helper(): Helper {
  return new Helper(machine, new Disk());
}

function ended(outcome: NetworkOutcome | undefined): number {
  if (!outcome) return exit.ok;
  // To the journal, where systemd adds time and unit.
  console.error(`${outcome.id ?? '-'}: ${outcome.result}: ${outcome.reason}`);
  return outcome.result === 'refused' ? exit.data : outcome.result === 'failed' ? exit.failed : exit.ok;
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`${path}: ${(error as Error).message}`);
    process.exit(exit.data);
  }
}

function wrong(): number {
  process.stderr.write(usage);
  return exit.usage;
}
