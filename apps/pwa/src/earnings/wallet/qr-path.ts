/** Runs of dark modules as one path. */
export function qrPath(modules: readonly (readonly boolean[])[]): string {
  let path = '';
  modules.forEach((row, y) => {
    let x = 0;
    while (x < row.length) {
      let wide = 0;
      while (row[x + wide]) wide++;
      if (wide > 0) path += `M${x} ${y}h${wide}v1h${-wide}z`;
      x += wide + 1;
    }
  });
  return path;
}
