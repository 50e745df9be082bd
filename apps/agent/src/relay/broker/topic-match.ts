/** Whether a subscription's filter covers a topic: MQTT 3.1.1 §4.7 and 5.0 §4.7, without the `$` topics, which the door does not carry. */
export function covers(filter: string, topic: string): boolean {
  const f = filter.split('/');
  const t = topic.split('/');
  for (let i = 0; i < f.length; i++) {
    if (f[i] === '#') return i === f.length - 1;
    if (i >= t.length || (f[i] !== '+' && f[i] !== t[i])) return false;
  }
  return f.length === t.length;
}

/** A filter's form: `#` only at the end, wildcards alone in their level, no NUL, at most 1,024 bytes. */
export function wellFormed(filter: string): boolean {
  if (filter.length === 0 || Buffer.byteLength(filter) > 1024 || filter.includes('\0')) return false;
  const levels = filter.split('/');
  return levels.every((level, i) => (level === '#' ? i === levels.length - 1 : level === '+' || !/[#+]/.test(level)));
}
