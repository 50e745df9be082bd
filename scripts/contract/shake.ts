// soroban-sdk describes every type that it knows in the wasm's `contractspecv0` section, and marks those that the code uses in the data section.
// Whoever builds has to take the others out, or the contract's description is wrong: soroban-spec's `shaking`, which stellar-cli does as well.
import { createHash } from 'node:crypto';

const sectionName = 'contractspecv0';
const customSection = 0;
const dataSection = 11;
const wasmHeaderBytes = 8;
const marker = Buffer.from('SpEcV1');
const markerHashBytes = 8;

/** The wasm without descriptions of what its code does not use. Functions always stay. */
export function shake(wasm: Uint8Array): Buffer {
  const bytes = Buffer.from(wasm);
  const parts: Buffer[] = [bytes.subarray(0, wasmHeaderBytes)];
  const sections = [...readSections(bytes)];
  const used = new Set(sections.filter(({ id }) => id === dataSection).flatMap(({ body }) => markersIn(body)));
  for (const { id, whole, body } of sections) {
    const spec = id === customSection ? specOf(body) : undefined;
    parts.push(spec === undefined ? whole : customSectionOf(keepUsed(spec, used)));
  }
  return Buffer.concat(parts);
}

interface Section {
  readonly id: number;
  readonly whole: Buffer;
  readonly body: Buffer;
}

function* readSections(wasm: Buffer): Generator<Section> {
  let at = wasmHeaderBytes;
  while (at < wasm.length) {
    const start = at;
    const id = wasm.readUInt8(at);
    const [size, from] = readLeb(wasm, at + 1);
    at = from + size;
    yield { id, whole: wasm.subarray(start, at), body: wasm.subarray(from, at) };
  }
}

/** An unsigned LEB128 and where it ends. */
function readLeb(bytes: Buffer, from: number): readonly [value: number, end: number] {
  let value = 0;
  for (let at = from, shift = 0; ; at++, shift += 7) {
    const byte = bytes.readUInt8(at);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at + 1];
  }
}

function leb(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function specOf(body: Buffer): Buffer | undefined {
  const [length, from] = readLeb(body, 0);
  return body.toString('latin1', from, from + length) === sectionName ? body.subarray(from + length) : undefined;
}

function customSectionOf(content: Buffer): Buffer {
  const name = Buffer.from(sectionName);
  const body = Buffer.concat([leb(name.length), name, content]);
  return Buffer.concat([Buffer.from([customSection]), leb(body.length), body]);
}

function markersIn(data: Buffer): string[] {
  const found: string[] = [];
  for (let at = data.indexOf(marker); at >= 0; at = data.indexOf(marker, at + 1)) {
    const from = at + marker.length;
    found.push(data.toString('hex', from, from + markerHashBytes));
  }
  return found;
}

function keepUsed(spec: Buffer, used: ReadonlySet<string>): Buffer {
  const reader = new SpecReader(spec);
  const kept: Buffer[] = [];
  while (reader.at < spec.length) {
    const from = reader.at;
    const isFunction = reader.entry() === 'function';
    const entry = spec.subarray(from, reader.at);
    const hash = createHash('sha256').update(entry).digest('hex');
    if (isFunction || used.has(hash.slice(0, 2 * markerHashBytes))) kept.push(entry);
  }
  return Buffer.concat(kept);
}

const kinds = ['function', 'struct', 'union', 'enum', 'errors', 'event'] as const;
const typeWith = { option: 1000, result: 1001, vec: 1002, map: 1004, tuple: 1005, bytesN: 1006, named: 2000 } as const;

/** Walks over SCSpecEntry (Stellar-contract-spec.x) as far as finding its end asks for. */
class SpecReader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  entry(): (typeof kinds)[number] {
    const kind = kinds[this.#u32()];
    if (kind === undefined) throw new Error(`spec: no such entry at byte ${this.at - 4}`);
    this.#text(); // doc
    if (kind !== 'function') this.#text(); // lib
    this.#text(); // name
    if (kind === 'function') {
      this.#list(() => this.#field());
      this.#list(() => this.#type());
    } else if (kind === 'struct') this.#list(() => this.#field());
    else if (kind === 'union') this.#list(() => this.#unionCase());
    else if (kind === 'event') {
      this.#list(() => this.#text());
      this.#list(() => {
        this.#field();
        this.#u32(); // topic or data
      });
      this.#u32(); // data's format
    } else
      this.#list(() => {
        this.#text();
        this.#text();
        this.#u32();
      });
    return kind;
  }

  #u32(): number {
    this.at += 4;
    return this.#bytes.readUInt32BE(this.at - 4);
  }

  #text(): void {
    const length = this.#u32();
    this.at += length + (-length & 3);
  }

  #list(one: () => void): void {
    for (let left = this.#u32(); left > 0; left--) one();
  }

  #field(): void {
    this.#text();
    this.#text();
    this.#type();
  }

  #unionCase(): void {
    const hasTypes = this.#u32() === 1;
    this.#text();
    this.#text();
    if (hasTypes) this.#list(() => this.#type());
  }

  #type(): void {
    const type = this.#u32();
    if (type === typeWith.option || type === typeWith.vec) this.#type();
    else if (type === typeWith.result || type === typeWith.map) {
      this.#type();
      this.#type();
    } else if (type === typeWith.tuple) this.#list(() => this.#type());
    else if (type === typeWith.bytesN) this.#u32();
    else if (type === typeWith.named) this.#text();
  }
}
