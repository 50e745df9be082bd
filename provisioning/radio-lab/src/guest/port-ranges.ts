/** "22" and "1-1024" as the ports that they mean. */
export const portsOf = (ranges: readonly string[]): number[] =>
  ranges.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
