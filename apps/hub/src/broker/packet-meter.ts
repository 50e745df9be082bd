/** Follows an MQTT byte stream packet by packet, to refuse a packet that announces more than allowed before anything gathers it. MQTT 3.1.1 §2.2 */
export class PacketMeter {
  readonly #bytesMax: number;
  /** Bytes of the current packet still to come. */
  #rest = 0;
  /** Reading the remaining length: its value so far and the weight of the next digit; undefined between packets. */
  #length: { value: number; weight: number } | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** False once a packet is longer than allowed, or its length is no length. */
  accept(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#rest > 0) {
        const step = Math.min(this.#rest, chunk.length - at);
        this.#rest -= step;
        at += step;
      } else if (this.#length === undefined) {
        this.#length = { value: 0, weight: 1 };
        at++;
      } else if (!this.#digit(this.#length, chunk[at++]!)) return false;
    }
    return true;
  }

  #digit(length: { value: number; weight: number }, byte: number): boolean {
    length.value += (byte & 0x7f) * length.weight;
    length.weight *= 128;
    if (length.value > this.#bytesMax) return false;
    if (byte & 0x80) return length.weight < 128 ** 4;
    this.#rest = length.value;
    this.#length = undefined;
    return true;
  }
}
