export const STRUCK_OUT = '[struck out: it looked like a secret]';

/** Shapes only a secret value has. Key ids are none. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/,
  /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})/,
  /\bglpat-[A-Za-z0-9_-]{20,}/,
  /\bxox[abeoprs]-[A-Za-z0-9-]{20,}/,
  /\bsk-[A-Za-z0-9_-]{32,}/,
  /\bAIza[A-Za-z0-9_-]{35}/,
  /\bhf_[A-Za-z0-9]{30,}/,
  /\b(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/=]{60,}/,
  /\b[sr]k_live_[A-Za-z0-9]{20,}/,
  /\bdapi[0-9a-f]{32}\b/,
  /\bhv[sbr]\.[A-Za-z0-9_-]{60,}/,
  /\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}/,
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"']{1,256}:[^\s:/@"']{3,256}@/,
  // Forty characters of both cases with a digit: an AWS secret access key. A commit id has one case only.
  /(?<![A-Za-z0-9/+=])(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*[A-Z])(?=[A-Za-z0-9/+]*[0-9])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/,
];

/** Names under which people put values that must not be there. Ids, names, ages and places of a secret are fine. */
const SECRET_NAME =
  /(?:^|[^a-z])(?:secret|password|passwd|passphrase|private[-_ ]?key|api[-_ ]?key|access[-_ ]?token)(?:[-_ ]?(?:value|key|access[-_ ]?key))?$/i;

/** A text without what looks like a secret. `name` is what the text is filed under, where that tells something. */
export function struckOut(text: string, name = ''): string {
  if (SECRET_NAME.test(name) && text.length >= 8) return STRUCK_OUT;
  return SHAPES.some((shape) => shape.test(text)) ? STRUCK_OUT : text;
}
