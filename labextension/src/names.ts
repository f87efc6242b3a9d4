/** Number of characters of a name that is never cut. */
const SHORT = 16;

/** Number of characters at the end of a long name that stay visible. */
const TAIL = 8;

/**
 * Split a name for an ellipsis in its middle: the head may be cut, the tail is always shown. Names often differ at their
 * ends only. The tail of a short name is empty.
 */
export function splitName(name: string): [string, string] {
  const characters = [...new Intl.Segmenter().segment(name)].map(s => s.segment);
  return characters.length <= SHORT
    ? [name, '']
    : [characters.slice(0, -TAIL).join(''), characters.slice(-TAIL).join('')];
}
