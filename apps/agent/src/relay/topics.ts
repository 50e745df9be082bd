/**
 * Topic names and filters: MQTT 5 §4.7 (3.1.1 §4.7 is the same). Lengths are UTF-8 bytes.
 * The functions that judge give the reason as text, or undefined when the name or filter is good.
 */
const bytesMax = 65_535;

/** Why `topic` cannot be published to. */
export function topicNameError(topic: string): string | undefined {
  if (/[+#]/.test(topic)) return 'has a wildcard (+ or #)';
  return textError(topic);
}

/** Why `filter` cannot be subscribed to. */
export function filterError(filter: string): string | undefined {
  const bad = textError(filter);
  if (bad) return bad;
  const levels = filter.split('/');
  for (const [i, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || i !== levels.length - 1)) return '# must be the whole last level';
    if (level.includes('+') && level !== '+') return '+ must be a whole level';
  }
  return undefined;
}

function textError(text: string): string | undefined {
  if (text.length === 0) return 'is empty';
  if (text.includes('\0')) return 'has a NUL character';
  if (!text.isWellFormed()) return 'is not well-formed Unicode';
  if (Buffer.byteLength(text) > bytesMax) return `is longer than ${bytesMax} bytes`;
  return undefined;
}

/** Whether a (valid) filter selects a (valid) topic name. A wildcard in the first level never selects names that begin with `$`: [MQTT-4.7.2-1]. */
export function matches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  if (topic.charCodeAt(0) === 0x24 && filter.charCodeAt(0) !== 0x24) return false;
  const wanted = filter.split('/');
  const given = topic.split('/');
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true;
    if (i >= given.length) return false;
    if (level !== '+' && level !== given[i]) return false;
  }
  return wanted.length === given.length;
}

/** Whether every topic that `filter` selects is selected by `pattern` too: what one may ask for of another. */
export function covers(pattern: string, filter: string): boolean {
  if (pattern === filter) return true;
  if (filter.charCodeAt(0) === 0x24 && pattern.charCodeAt(0) !== 0x24) return false;
  const outer = pattern.split('/');
  const inner = filter.split('/');
  for (const [i, level] of outer.entries()) {
    if (level === '#') return true;
    const asked = inner[i];
    // `a/#` also selects `a` itself, which `a/+` does not: a narrower pattern never covers #.
    if (asked === undefined || asked === '#') return false;
    if (level !== '+' && level !== asked) return false;
  }
  return outer.length === inner.length;
}
