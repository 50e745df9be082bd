import type { Suite } from './image.ts';
import type { Booted, Machine } from './machine.ts';
import { versionOf } from './variants.ts';

/** What a scenario found out; seconds are the guest's unless the name says otherwise. */
export type Figures = Record<string, number | string>;

export interface Scenario {
  readonly name: string;
  readonly tells: string;
  /** false: starts from the blank card; true: from one on which install.sh ran. */
  readonly installed: boolean;
  /** Which system; without it Bookworm. */
  readonly card?: Suite;
  /** Of the machine; 768, as of a Pi with 1 GiB. */
  readonly memoryMib?: number;
  readonly run: (pi: Pi) => Promise<Figures>;
}

export interface Pi {
  readonly machine: Machine;
  /** Boots, runs the script, and throws unless it ended with `expected`. */
  readonly step: (script: string, expected?: number) => Promise<Booted>;
}

/** What the steps have in common, put before each: waiting for the agent, and asking what is installed. */
const prelude = `
healthy() { curl -fsS -o /dev/null http://127.0.0.1:8080/healthz; }
until_healthy() { for _ in $(seq 240); do healthy 2>/dev/null && return; sleep 1; done; journalctl -u energymesh-agent -n 30 --no-pager; return 1; }
version() { dpkg-query --showformat '\${Version} \${db:Status-Abbrev}' --show energymesh; }
never() { if "$@" >/dev/null 2>&1; then echo "should have failed: $*"; exit 1; fi; }
expect() { [ "$1" = "$2" ] || { echo "expected $2, found $1"; exit 1; }; }
export ENERGYMESH_UP_SECONDS=240 ENERGYMESH_STEADY_SECONDS=5
# What ends a step without a word is named.
set -E; trap 'echo "failed at line $LINENO: $BASH_COMMAND"' ERR
`;
export const script = (text: string): string => prelude + text;
/** Where the step finds a version of the package. */
export const deb = (which: Parameters<typeof versionOf>[0]): string => `/host/energymesh_${versionOf(which)}_amd64.deb`;
/** A step's line: this version is installed. */
export const status = (which: Parameters<typeof versionOf>[0]): string => `expect "$(version)" "${versionOf(which)} ii "`;
/** A figure that the step printed as `name=number`. */
export const told = (booted: Booted, name: string): number => Number(new RegExp(`^${name}=([0-9.]+)$`, 'm').exec(booted.output)?.[1] ?? Number.NaN);
