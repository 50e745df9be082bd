/** Who allowed what: entries recorded in a simulation; when applied, each call that asks for authorisation is matched against the signed trees. */
import { xdr } from '@stellar/stellar-sdk/base';
import { base64 } from '../bytes.ts';
import { addressOf, addressXdr, compareAddresses, type HostAddress } from './address.ts';
import { HostError } from './error.ts';

interface Node {
  readonly text: string;
  readonly function: xdr.SorobanAuthorizedFunction;
  readonly children: Node[];
  exhausted: boolean;
}

interface Tracker {
  readonly address: HostAddress;
  readonly root: Node;
  readonly entry: xdr.SorobanAuthorizationEntry | undefined;
  /** per frame of the call stack the node matched in it */
  readonly stack: (Node | null)[];
  authenticated: boolean;
}

interface AuthFrame {
  /** undefined: the creation of a contract */
  readonly contract: HostAddress | undefined;
  readonly toFunction: (args: readonly xdr.ScVal[] | undefined) => xdr.SorobanAuthorizedFunction;
}

type Authenticate = (entry: xdr.SorobanAuthorizationEntry, address: HostAddress) => void;

export interface AuthOptions {
  readonly source: HostAddress;
  readonly mode: 'record' | 'recordAllowNonroot' | 'enforce';
  readonly entries: readonly xdr.SorobanAuthorizationEntry[];
  /** checks signatures and takes the nonce; fails with HostError */
  readonly authenticate: Authenticate;
  readonly nonce: () => bigint;
}

const textOf = (fn: xdr.SorobanAuthorizedFunction): string => base64(fn.toXdr());
const newNode = (fn: xdr.SorobanAuthorizedFunction): Node => ({ text: textOf(fn), function: fn, children: [], exhausted: false });
const nodeOf = (i: xdr.SorobanAuthorizedInvocation): Node => ({ ...newNode(i.function), children: i.subInvocations.map(nodeOf) });
const invocationOf = (n: Node): xdr.SorobanAuthorizedInvocation =>
  new xdr.SorobanAuthorizedInvocation({ function: n.function, subInvocations: n.children.map(invocationOf) });

/** The address that credentials speak for, and what they carry; undefined for the transaction's source. */
export const addressCredentials = (credentials: xdr.SorobanCredentials): xdr.SorobanAddressCredentials | undefined => {
  switch (credentials.type) {
    case 'sorobanCredentialsSourceAccount':
      return undefined;
    case 'sorobanCredentialsAddress':
      return credentials.address;
    case 'sorobanCredentialsAddressV2':
      return credentials.addressV2;
    case 'sorobanCredentialsAddressWithDelegates':
      throw new HostError('Auth', 'InvalidInput', 'delegated signers are not supported here');
  }
};

export class Auth {
  readonly #options: AuthOptions;
  readonly #frames: AuthFrame[] = [];
  readonly #trackers: Tracker[];
  readonly #undo: (() => void)[] = [];

  constructor(options: AuthOptions) {
    this.#options = options;
    this.#trackers = options.entries.map((entry) => {
      const credentials = addressCredentials(entry.credentials);
      const address = credentials ? addressOf(credentials.address) : options.source;
      return { address, root: nodeOf(entry.rootInvocation), entry, stack: [], authenticated: false };
    });
  }

  push(frame: AuthFrame): void {
    this.#frames.push(frame);
    for (const tracker of this.#trackers) tracker.stack.push(null);
  }

  pop(): void {
    this.#frames.pop();
    for (const tracker of this.#trackers) tracker.stack.pop();
  }

  mark(): number {
    return this.#undo.length;
  }

  rollback(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()!();
  }

  /** `args`: only for require_auth_for_args; else the arguments of the call itself. */
  require(address: HostAddress, args: readonly xdr.ScVal[] | undefined): void {
    const frame = this.#frames.at(-1);
    if (!frame) throw new HostError('Auth', 'InternalError', 'unexpected require_auth outside of valid frame');
    const invoker = this.#frames.at(-2)?.contract;
    if (invoker && compareAddresses(invoker, address) === 0) return;
    const fn = frame.toFunction(args);
    if (this.#options.mode === 'enforce') this.#match(address, fn);
    else this.#record(address, fn);
  }

  #match(address: HostAddress, fn: xdr.SorobanAuthorizedFunction): void {
    const text = textOf(fn);
    const own = this.#trackers.filter((t) => compareAddresses(t.address, address) === 0);
    const active = own.filter((t) => t.stack.some((n) => n !== null) && t.stack.at(-1) === null);
    for (const tracker of active) {
      const parent = tracker.stack.findLast((n) => n !== null)!;
      const node = parent.children.find((n) => !n.exhausted && n.text === text);
      if (node) return this.#take(tracker, node);
    }
    if (active.length === 0) {
      const tracker = own.find((t) => t.stack.every((n) => n === null) && !t.root.exhausted && t.root.text === text);
      if (tracker) {
        if (tracker.entry && !tracker.authenticated) this.#options.authenticate(tracker.entry, address);
        tracker.authenticated = true;
        return this.#take(tracker, tracker.root);
      }
    }
    throw new HostError('Auth', 'InvalidAction', 'Unauthorized function call for address');
  }

  #take(tracker: Tracker, node: Node): void {
    const at = tracker.stack.length - 1;
    node.exhausted = true;
    tracker.stack[at] = node;
    this.#undo.push(() => {
      node.exhausted = false;
      if (at < tracker.stack.length) tracker.stack[at] = null;
    });
  }

  #record(address: HostAddress, fn: xdr.SorobanAuthorizedFunction): void {
    const node = newNode(fn);
    const at = this.#frames.length - 1;
    for (const tracker of this.#trackers) {
      if (compareAddresses(tracker.address, address) !== 0 || tracker.stack.at(-1) !== null) continue;
      const parent = tracker.stack.findLast((n) => n !== null);
      if (!parent) continue;
      parent.children.push(node);
      tracker.stack[at] = node;
      this.#undo.push(() => parent.children.splice(parent.children.indexOf(node), 1));
      return;
    }
    if (this.#options.mode === 'record' && this.#frames.length !== 1) {
      throw new HostError(
        'Auth',
        'InvalidAction',
        '[recording authorization only] encountered authorization not tied to the root contract invocation for an address',
      );
    }
    const tracker: Tracker = { address, root: node, entry: undefined, stack: this.#frames.map((_, i) => (i === at ? node : null)), authenticated: true };
    this.#trackers.push(tracker);
    this.#undo.push(() => this.#trackers.splice(this.#trackers.indexOf(tracker), 1));
  }

  /** The recorded entries, unsigned. */
  recorded(upgraded: boolean): xdr.SorobanAuthorizationEntry[] {
    return this.#trackers.map(({ address, root }) => {
      const own = compareAddresses(address, this.#options.source) === 0;
      const credentials = new xdr.SorobanAddressCredentials({
        address: addressXdr(address),
        nonce: own ? 0n : this.#options.nonce(),
        signatureExpirationLedger: 0,
        signature: xdr.ScVal.scvVoid(),
      });
      return new xdr.SorobanAuthorizationEntry({
        credentials: own
          ? xdr.SorobanCredentials.sorobanCredentialsSourceAccount()
          : upgraded
            ? xdr.SorobanCredentials.sorobanCredentialsAddressV2(credentials)
            : xdr.SorobanCredentials.sorobanCredentialsAddress(credentials),
        rootInvocation: invocationOf(root),
      });
    });
  }
}
