import {
  type NetworkOutcome,
  type NetworkRequest,
  type NetworkState,
  type NetworkStatus,
  type Problem,
  parseNetworkState,
  problemText,
  withKeptSecrets,
} from '@energymesh/network';
import { activate } from './activate.ts';
import { check, foresee } from './checks.ts';
import type { Disk } from './disk.ts';
import { folderOf, type Generation, generationOf, pruneGenerations, readGeneration, sameGeneration, writeGeneration } from './generations.ts';
import { type Journal, loadJournal, type Pending, saveJournal } from './journal.ts';
import { wireguardKeys } from './keys.ts';
import { land } from './landing.ts';
import { giveNames } from './names.ts';
import { paths } from './paths.ts';
import { tell } from './status.ts';
import type { System } from './system.ts';

const revertTimer = 'energymesh-netd-revert.timer';
const byHand = 'by-hand';

type Result = Pick<NetworkOutcome, 'result' | 'reason'> & { readonly problems?: readonly Problem[] };

/**
 * Applies a state, and goes back to the confirmed one unless the new one is confirmed in time.
 *
 * 1. The journal names a change before anything of the host changes, and no longer names it when all of the host has changed, forth or back.
 * 2. While a change is named, whoever comes next (the timer, the next request, the next boot) can go back: the confirmed generation is complete on the disk.
 * 3. The way back is the way forth: `#follow` makes the host follow a generation, from whatever it finds.
 *
 * One process at a time: the unit's program holds a lock. docs/decisions/0012-network-state.md
 */
export class Helper {
  readonly #system: System;
  readonly #disk: Disk;
  #journal: Journal;

  constructor(system: System, disk: Disk) {
    this.#system = system;
    this.#disk = disk;
    this.#journal = loadJournal(disk);
  }

  /** One request of the agent. What is wrong with it is its outcome; a machine that fails in the middle is an exception. */
  handle(request: NetworkRequest): NetworkOutcome {
    this.recover();
    const { id } = request;
    if (request.kind === 'apply') return this.#apply(id, withKeptSecrets(request.state, this.#confirmed()?.generation.state), request.confirmWithinSeconds);
    if (this.#journal.pending?.id !== id) return this.#outcome(id, { result: 'refused', reason: 'No change of this id waits to be confirmed.' });
    return this.#outcome(id, request.kind === 'confirm' ? this.#confirm() : this.#back('as was asked for'));
  }

  refuse(reason: string): NetworkOutcome {
    return this.#outcome(undefined, { result: 'refused', reason });
  }

  /** As the administrator, from a file: in force and confirmed at once, or back. */
  adopt(value: unknown): NetworkOutcome {
    this.recover();
    const outcome = this.#apply(byHand, value, 0);
    return outcome.result === 'waiting' ? this.#outcome(byHand, this.#confirm()) : outcome;
  }

  /** The administrator's word for the change that waits, whatever its id. */
  decide(kind: 'confirm' | 'revert'): NetworkOutcome {
    this.recover();
    const { pending } = this.#journal;
    if (!pending) return this.#outcome(undefined, { result: 'refused', reason: 'No change waits to be confirmed.' });
    return this.#outcome(pending.id, kind === 'confirm' ? this.#confirm() : this.#back('as was asked for'));
  }

  /** The timer: goes back when nobody has confirmed in time, and ends the timer when there is nothing to wait for. */
  revertIfDue(): NetworkOutcome | undefined {
    this.recover();
    const { pending } = this.#journal;
    if (!pending) {
      this.#rest();
      return undefined;
    }
    const sameBoot = pending.bootId === this.#system.bootId();
    if (sameBoot && this.#system.uptimeSeconds() < pending.deadlineUptimeSeconds) return undefined;
    return this.#outcome(pending.id, this.#back('because nobody confirmed it in time'));
  }

  /** The machine starts: what was not confirmed goes back, what was confirmed comes into force, the first state is taken over. */
  boot(): NetworkOutcome | undefined {
    const { pending } = this.#journal;
    if (pending) return this.#outcome(pending.id, this.#back('because the machine started anew before it was confirmed', true));
    const outcome = this.#journal.confirmed === null ? this.#takeInitial() : this.#renderAnew(this.#journal.confirmed);
    const problems = this.#follow(this.#confirmed(), undefined, true);
    this.#rest();
    if (problems.length > 0) return this.#outcome(undefined, { result: 'failed', reason: sentence(problems) });
    this.#tell();
    return outcome;
  }

  /** A change whose process ended in the middle of applying goes back before anything else is done. */
  recover(): void {
    const { pending } = this.#journal;
    if (pending?.stage === 'changing') this.#outcome(pending.id, this.#back('because the change was interrupted'));
  }

  #apply(id: string, value: unknown, confirmWithinSeconds: number): NetworkOutcome {
    const { pending } = this.#journal;
    if (pending) return this.#outcome(id, { result: 'refused', reason: `The change ${pending.id} waits to be confirmed. Confirm it or take it back first.` });
    const parsed = parseNetworkState(value);
    if (!parsed.ok) return this.#outcome(id, { result: 'refused', reason: parsed.problems.map(problemText).join(' '), problems: parsed.problems });
    const before = this.#confirmed();
    const generation = generationOf(parsed.state);
    if (before && sameGeneration(before.generation, generation))
      return this.#outcome(id, { result: 'unchanged', reason: 'This is in force and confirmed already.' });

    const after: Numbered = { number: this.#journal.next, generation };
    writeGeneration(this.#disk, after.number, generation);
    const foreseen = foresee(this.#system, parsed.state, folderOf(after.number));
    if (foreseen.length > 0) {
      this.#rest();
      return this.#outcome(id, { result: 'refused', reason: sentence(foreseen) });
    }
    wireguardKeys(this.#disk, tunnelsOf(parsed.state));

    // The timer first: from here on something comes back even if this process does not.
    this.#deadline(0);
    if (this.#system.run(['systemctl', 'restart', revertTimer]).code !== 0) {
      this.#rest();
      return this.#outcome(id, { result: 'failed', reason: 'The timer that would take the change back cannot be started, so nothing was changed.' });
    }
    const change: Pending = { id, generation: after.number, stage: 'changing', bootId: this.#system.bootId(), deadlineUptimeSeconds: 0 };
    this.#save({ pending: change, next: after.number + 1, units: this.#unitsWith(generation) });
    this.#tell();

    const problems = this.#follow(after, before?.generation, false);
    if (problems.length === 0) problems.push(...check(this.#system, parsed.state, generation.units));
    if (problems.length > 0) return this.#outcome(id, { result: 'failed', reason: `${sentence(problems)} ${this.#back('because it did not work').reason}` });
    const deadlineUptimeSeconds = Math.ceil(this.#system.uptimeSeconds()) + confirmWithinSeconds;
    this.#save({ pending: { ...change, stage: 'waiting', deadlineUptimeSeconds } });
    this.#deadline(deadlineUptimeSeconds);
    return this.#outcome(id, { result: 'waiting', reason: `In force. It goes back in ${confirmWithinSeconds} s unless it is confirmed.` });
  }

  #confirm(): Result {
    const { pending } = this.#journal;
    if (!pending) return { result: 'refused', reason: 'No change waits to be confirmed.' };
    this.#save({ confirmed: pending.generation, pending: null });
    this.#rest();
    return { result: 'confirmed', reason: 'This stays.' };
  }

  #back(why: string, booting = false): Result {
    const { pending } = this.#journal;
    // What waits to be confirmed is surely in force, if the machine still runs; of anything else nothing is known.
    const known = pending?.stage === 'waiting' && pending.bootId === this.#system.bootId() && !booting;
    const before = known ? readGeneration(this.#disk, pending.generation) : undefined;
    // Should this end half way, whoever comes next must not believe that the change is still wholly in force.
    if (pending?.stage === 'waiting') this.#save({ pending: { ...pending, stage: 'changing' } });
    this.#tell('reverting');
    const problems = this.#follow(this.#confirmed(), before, booting);
    this.#save({ pending: null });
    this.#rest();
    return { result: 'reverted', reason: `The state before is in force again, ${why}.${problems.length > 0 ? ` ${sentence(problems)}` : ''}` };
  }

  /** Makes the host follow a generation, or none. Everything that it does can be done again. Returns what went wrong. */
  #follow(after: Numbered | undefined, before: Generation | undefined, booting: boolean): string[] {
    this.#disk.makeFolder('/etc/energymesh', 0o755);
    if (!after) this.#disk.remove(paths.network);
    else if (this.#disk.linkOf(paths.network) !== folderOf(after.number)) this.#disk.switchLink(paths.network, folderOf(after.number));
    const landed = land(this.#disk, after?.generation.files ?? []);
    const generation = after?.generation;
    return activate(this.#system, {
      before,
      after: generation,
      units: this.#journal.units,
      landed,
      giveNames: () => giveNames(this.#system, this.#disk, generation?.state.names ?? []),
      booting,
    });
  }

  /** Nothing is under way any more: no timer, no other generation, no unit beside those of the confirmed one. */
  #rest(): void {
    const units = this.#confirmed()?.generation.units.map(({ name }) => name) ?? [];
    if (JSON.stringify(units) !== JSON.stringify(this.#journal.units)) this.#save({ units });
    pruneGenerations(this.#disk, [this.#journal.confirmed]);
    this.#disk.remove(paths.deadline);
    this.#system.run(['systemctl', 'stop', revertTimer]);
  }

  /** Made by the installer or found on the boot partition; root's, or it is not looked at. */
  #takeInitial(): NetworkOutcome | undefined {
    const text = this.#disk.readOwn(paths.initial);
    if (text === undefined) return undefined;
    const parsed = parseNetworkState(jsonOf(text));
    if (!parsed.ok)
      return this.#outcome(undefined, {
        result: 'refused',
        reason: `${paths.initial}: ${parsed.problems.map(problemText).join(' ')}`,
        problems: parsed.problems,
      });
    return this.#replaceConfirmed(generationOf(parsed.state));
  }

  /** Another version of this program may write other files of the same state. */
  #renderAnew(confirmed: number): undefined {
    const before = readGeneration(this.#disk, confirmed);
    const after = generationOf(before.state);
    if (!sameGeneration(before, after)) this.#replaceConfirmed(after);
  }

  #replaceConfirmed(generation: Generation): undefined {
    const number = this.#journal.next;
    writeGeneration(this.#disk, number, generation);
    wireguardKeys(this.#disk, tunnelsOf(generation.state));
    this.#save({ confirmed: number, next: number + 1, units: this.#unitsWith(generation) });
  }

  #confirmed(): Numbered | undefined {
    const { confirmed } = this.#journal;
    return confirmed === null ? undefined : { number: confirmed, generation: readGeneration(this.#disk, confirmed) };
  }

  #unitsWith({ units }: Generation): string[] {
    return [...new Set([...this.#journal.units, ...units.map(({ name }) => name)])];
  }

  #save(change: Partial<Journal>): void {
    this.#journal = saveJournal(this.#disk, { ...this.#journal, ...change });
  }

  #deadline(uptimeSeconds: number): void {
    this.#disk.makeFolder(paths.runtime, 0o700);
    this.#disk.write(paths.deadline, `${uptimeSeconds}\n`, 0o644);
  }

  #outcome(id: string | undefined, { result, reason, problems = [] }: Result): NetworkOutcome {
    const outcome: NetworkOutcome = {
      ...(id !== undefined && { id }),
      result,
      reason: reason.slice(0, 600),
      problems: [...problems],
      uptimeSeconds: this.#system.uptimeSeconds(),
    };
    this.#tell(undefined, outcome);
    return outcome;
  }

  #tell(phase?: NetworkStatus['phase'], outcome?: NetworkOutcome): void {
    const { pending, confirmed } = this.#journal;
    const state = (pending ? readGeneration(this.#disk, pending.generation) : this.#confirmed()?.generation)?.state;
    tell(
      this.#disk,
      {
        phase: phase ?? (pending ? (pending.stage === 'waiting' ? 'waiting' : 'applying') : confirmed === null ? 'unconfigured' : 'confirmed'),
        uptimeSeconds: this.#system.uptimeSeconds(),
        ...(pending?.stage === 'waiting' && { waiting: { id: pending.id, deadlineUptimeSeconds: pending.deadlineUptimeSeconds } }),
        state,
        wireguard: state ? wireguardKeys(this.#disk, tunnelsOf(state)) : [],
      },
      outcome,
    );
  }
}

interface Numbered {
  readonly number: number;
  readonly generation: Generation;
}

const tunnelsOf = ({ wireguard }: NetworkState): string[] => wireguard.map(({ name }) => name);
const sentence = (problems: readonly string[]): string => `${problems.slice(0, 8).join('; ')}.`;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
