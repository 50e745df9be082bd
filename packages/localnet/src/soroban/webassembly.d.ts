/** What is used here of the engine: its whole types come with a browser's only, which clash with Node's own in whoever imports this package. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static customSections(module: Module, name: string): ArrayBuffer[];
    static imports(module: Module): { module: string; name: string; kind: string }[];
  }
  class Memory {
    readonly buffer: ArrayBuffer;
  }
  class RuntimeError extends Error {}
  type Imports = Record<string, Record<string, unknown>>;
  class Instance {
    constructor(module: Module, imports?: Imports);
    // biome-ignore lint/complexity/noBannedTypes: what an export is, its caller knows
    readonly exports: Readonly<Record<string, Function | Memory | object>>;
  }
}
