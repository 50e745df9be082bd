/**
 * An estimate of the instructions an invocation would be charged: code by its size, host calls by kind. Nothing is metered, so what a contract computes by
 * itself costs nothing here. The figures are fitted to calls recorded in the real host (fixtures/vectors/exercise.json).
 */
export class Cost {
  instructions = 95_000;

  hostCall(): void {
    this.instructions += 2_500;
  }

  bytes(count: number, each: number): void {
    this.instructions += Math.ceil(count * each);
  }

  /** Code that is there is made ready to run. */
  instantiate(size: number): void {
    this.instructions += 50_000 + size * 18;
  }

  /** New code is parsed and checked. */
  parse(size: number): void {
    this.instructions += size * 825;
  }

  hash(size: number): void {
    this.instructions += 3_800 + Math.ceil(size * 40);
  }

  ed25519(size: number): void {
    this.instructions += 390_000 + size * 25;
  }
}
