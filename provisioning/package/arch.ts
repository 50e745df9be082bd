/** Debian's names of the processors that a package is built for, and npm's. */
export const architectures = {
  amd64: { npm: 'x64', elf: 0x3e },
  arm64: { npm: 'arm64', elf: 0xb7 },
} as const;

export type Architecture = keyof typeof architectures;

export function isArchitecture(name: string): name is Architecture {
  return Object.hasOwn(architectures, name);
}

/** This machine's; undefined where no package can be built for it. */
export function ownArchitecture(): Architecture | undefined {
  return (Object.keys(architectures) as Architecture[]).find((name) => architectures[name].npm === process.arch);
}

/** A binary that got into the wrong package starts nowhere: told while building. `head` is the file's first 20 bytes or more. */
export function isElfFor(head: Uint8Array, architecture: Architecture): boolean {
  const magic = [0x7f, 0x45, 0x4c, 0x46];
  return magic.every((byte, at) => head[at] === byte) && head[18] === architectures[architecture].elf && head[19] === 0;
}
