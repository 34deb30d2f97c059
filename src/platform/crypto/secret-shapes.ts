/**
 * Shapes that only a secret value has. No secret may enter Mandate, so whatever matches is refused or struck out before
 * it is stored or logged. Key *ids* (an AWS access key id, a client id) are not secrets and are not listed.
 */
const SHAPES: readonly (readonly [name: string, shape: RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})/],
  ['a GitLab token', /\bgl(?:pat|dt|ptt|soat|rt|cbt|ft|imt|agent)-[A-Za-z0-9_-]{20,}/],
  ['a Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{20,}/],
  ['an OpenAI or Anthropic key', /\bsk-(?:ant-(?:api|admin)[0-9]{2}-|proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}/],
  ['a Google API key', /\b(?:AIza[A-Za-z0-9_-]{35}|AQ\.[A-Za-z0-9_-]{40,})/],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{30,}/],
  ['an Amazon Bedrock API key', /\b(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/=]{60,}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a Stripe key', /\b[sr]k_live_[A-Za-z0-9]{20,}/],
  ['a SendGrid key', /\bSG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}/],
  ['a Databricks token', /\bdapi[0-9a-f]{32}\b/],
  ['a HashiCorp Vault token', /\bhv[sbr]\.[A-Za-z0-9_-]{60,}/],
  ['a Mandate token', /\bmdt_[A-Za-z0-9_-]{43}\b/],
  ['an Azure storage key', /\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}/],
  ['a signed token', /\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}/],
  ['a URL with a password', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"']{1,256}:[^\s:/@"']{3,256}@/],
  [
    'a secret access key',
    /(?:aws_?)?secret_?(?:access_?)?key"?'?\s{0,4}[:=,]\s{0,4}"?'?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/i,
  ],
  // A field that by its name holds a value and is not empty; ids, names, ages and the like carry a further word.
  [
    'a secret value',
    /"(?:[A-Za-z]*[Ss]ecret|SecretAccessKey|ServiceSpecificCredentialSecret|ServicePassword|password|passwd|api_?key_?value|token_?value|private_?key)"\s{0,4}:\s{0,4}"(?!["\s])[^"]{8,}"/,
  ],
];

/** What the text contains that looks like a secret, in words ("a GitHub token"), or null. Never the value itself. */
export function secretShapeIn(text: string): string | null {
  for (const [name, shape] of SHAPES) if (shape.test(text)) return name;
  return null;
}

export const STRUCK_OUT = '[struck out: it looked like a secret]';

const EVERYWHERE = SHAPES.map(([, shape]) => new RegExp(shape.source, `${shape.flags}g`));

/** The text with everything that looks like a secret struck out. */
export const strikeOutSecrets = (text: string): string =>
  EVERYWHERE.reduce((safe, shape) => safe.replace(shape, STRUCK_OUT), text);

/** Column headers whose values are secrets: a file that has one, filled, is refused whatever the values look like. */
const SECRET_COLUMN =
  /^(?:(?:aws_?)?secret(?:_?access)?(?:_?key)?|client_?secret|secret_?value|password(?:_?value)?|passwd|token(?:_?value)?|api_?key(?:_?value)?|private_?key(?:_?pem)?|service_?password)$/i;

export const isSecretColumn = (header: string): boolean => SECRET_COLUMN.test(header.trim().replaceAll(' ', '_'));

/** The pointer (RFC 6901) of the first text in a value that looks like a secret, and what it looks like. */
export function findSecret(value: unknown, pointer = ''): { pointer: string; looksLike: string } | null {
  if (typeof value === 'string') {
    const looksLike = secretShapeIn(value);
    return looksLike ? { pointer, looksLike } : null;
  }
  if (value === null || typeof value !== 'object') return null;
  for (const [key, member] of Object.entries(value)) {
    const found = findSecret(member, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    if (found) return found;
  }
  return null;
}

/**
 * Looks for secrets in a stream of text without letting one pass: hands on only what has been looked at together with
 * what follows it, so that a secret cut in two by a chunk border is found before its first half leaves.
 */
export class SecretSieve {
  private held = '';
  /** Longest secret head that a chunk border may cut; every shape above shows within it. */
  private static readonly OVERLAP = 16_384;

  /** Returns the text that is clean and may be stored. Throws {@link SecretFound} and hands nothing on. */
  push(text: string): string {
    const seen = this.held + text;
    const looksLike = secretShapeIn(seen);
    if (looksLike) throw new SecretFound(looksLike);
    const keep = Math.min(SecretSieve.OVERLAP, seen.length);
    this.held = seen.slice(seen.length - keep);
    return seen.slice(0, seen.length - keep);
  }

  end(): string {
    const rest = this.held;
    this.held = '';
    return rest;
  }
}

export class SecretFound extends Error {
  override readonly name = 'SecretFound';
  constructor(readonly looksLike: string) {
    super(`This looks like ${looksLike}.`);
  }
}
