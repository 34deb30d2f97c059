/**
 * Whether a pattern of a policy (`*` any text, `?` one character) fits a text. Linear in practice: nothing backtracks
 * further than the last star, so no pattern in a policy can hold us up.
 */
export function fits(pattern: string, text: string): boolean {
  let at = 0;
  let read = 0;
  let star = -1;
  let resume = 0;
  while (read < text.length) {
    const sign = pattern[at];
    if (sign === '*') {
      star = at++;
      resume = read;
    } else if (sign !== undefined && (sign === '?' || sign === text[read])) {
      at++;
      read++;
    } else if (star >= 0) {
      at = star + 1;
      read = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/**
 * Whether everything `narrow` fits is fitted by `wide` too. May say no where the answer is yes, never the other way: a `?`
 * would fit the star of the other pattern, which stands for more than one character.
 */
export const covers = (wide: string, narrow: string): boolean =>
  wide === narrow || wide === '*' || (!wide.includes('?') && !narrow.includes('?') && fits(wide, narrow));

export const isPattern = (text: string): boolean => text.includes('*') || text.includes('?');
