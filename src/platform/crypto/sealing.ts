import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const SCHEME = 'v1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** 256 bits for one purpose alone: a secret that serves several is never used as the key of any. */
export const derivedKey = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));

/**
 * Seals the few secrets that Mandate itself must be able to use again: AES-256-GCM under a key that is not in the
 * database. `place` names where the sealed text is kept, and it opens nowhere else.
 */
export class Sealing {
  private readonly key: Buffer;

  constructor(secret: string) {
    this.key = derivedKey(secret, 'mandate sealing');
  }

  seal(plain: string, place: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return `${SCHEME}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** Throws {@link CannotUnseal} when the text was sealed under another key or for another place. */
  open(sealed: string, place: string): string {
    const [scheme, text] = sealed.split('.');
    if (scheme !== SCHEME || text === undefined) throw new CannotUnseal();
    const bytes = Buffer.from(text, 'base64url');
    try {
      const opener = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([opener.update(bytes.subarray(IV_BYTES + TAG_BYTES)), opener.final()]).toString('utf8');
    } catch (error) {
      throw new CannotUnseal({ cause: error });
    }
  }
}

export class CannotUnseal extends Error {
  override readonly name = 'CannotUnseal';
  constructor(options?: ErrorOptions) {
    super('A sealed secret cannot be opened: MANDATE_SEALING_KEY is not the one it was sealed with.', options);
  }
}
