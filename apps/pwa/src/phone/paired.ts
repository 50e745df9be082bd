/** A node that this phone is paired with, as kept in IndexedDB. The private key cannot be taken out, by this page neither. */
export interface Paired {
  readonly node: string;
  readonly name: string;
  readonly community: string | undefined;
  /** X25519. */
  readonly nodeKey: Uint8Array<ArrayBuffer>;
  readonly addresses: readonly string[];
  readonly phone: string;
  readonly keys: CryptoKeyPair;
  readonly pairedAt: number;
  /** Highest used. */
  readonly counter: number;
  /** The node's clock less this phone's. */
  readonly offsetMs: number;
  readonly heardAt?: number;
}

const databaseName = 'energymesh';
const storeName = 'nodes';
const chosenKey = 'energymesh.node';
/** Counters that a tab takes at once would be lost with it; one at a time costs a millisecond. */
const changed = new EventTarget();
let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: 'node' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T> | undefined): Promise<T | undefined> {
  const transaction = (await open()).transaction(storeName, mode);
  const request = work(transaction.objectStore(storeName));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
  return request?.result;
}

export async function pairedNodes(): Promise<Paired[]> {
  const all = (await within('readonly', (store) => store.getAll() as IDBRequest<Paired[]>)) ?? [];
  return all.sort((a, b) => a.name.localeCompare(b.name));
}

export async function putPaired(paired: Paired): Promise<void> {
  await within('readwrite', (store) => store.put(paired));
  changed.dispatchEvent(new Event('change'));
}

export async function removePaired(node: string): Promise<void> {
  await within('readwrite', (store) => store.delete(node));
  if (chosenNode() === node) localStorage.removeItem(chosenKey);
  try {
    localStorage.removeItem(lastKey(node));
  } catch {
    // Refused: nothing was kept.
  }
  changed.dispatchEvent(new Event('change'));
}

/** One more than every counter used before, over tabs: a transaction is alone with its store. */
export async function nextCounter(node: string): Promise<number> {
  let counter = 1;
  await within('readwrite', (store) => {
    const request = store.get(node) as IDBRequest<Paired | undefined>;
    request.onsuccess = () => {
      if (!request.result) return;
      counter = request.result.counter + 1;
      store.put({ ...request.result, counter });
    };
    return undefined;
  });
  return counter;
}

/** What was learned of it. */
export async function notePaired(node: string, what: Partial<Pick<Paired, 'offsetMs' | 'heardAt' | 'name' | 'community' | 'addresses'>>): Promise<void> {
  await within('readwrite', (store) => {
    const request = store.get(node) as IDBRequest<Paired | undefined>;
    request.onsuccess = () => {
      if (request.result) store.put({ ...request.result, ...what });
    };
    return undefined;
  });
}

/** The node whose pages are shown. */
export function chosenNode(): string | undefined {
  try {
    return localStorage.getItem(chosenKey) ?? undefined;
  } catch {
    return undefined;
  }
}

export function choose(node: string): void {
  localStorage.setItem(chosenKey, node);
  changed.dispatchEvent(new Event('change'));
}

export function onPairedChange(handler: () => void): () => void {
  changed.addEventListener('change', handler);
  return () => changed.removeEventListener('change', handler);
}

/** Under which its last answers are kept. */
export const lastKey = (node: string): string => `energymesh.last.${node}`;
