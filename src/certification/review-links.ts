import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { Clock, DAY_MS } from '../platform/clock/index.js';
import { Config } from '../platform/config/index.js';
import { derivedKey } from '../platform/crypto/index.js';
import { Database, type Tx } from '../platform/database/index.js';
import { LinkNotOurs, LinkRanOut } from './certification.errors.js';
import { linkSecret } from './queries/link-secret.js';

export const REVIEWS_PATH = '/reviews';

/** For whom a link was made, and which campaign it leads to. */
export interface ReviewLink {
  readonly person: string;
  readonly campaign: string;
}

const TYPE = 'review-link+jwt';
const AUDIENCE = 'mandate:review-link';
const claims = z.object({ sub: z.uuid(), campaign: z.uuid() });

/**
 * Links of mails to what somebody is asked: signed, for one person and campaign, for some days. A link says where to go and never
 * who comes: whoever opens it signs in, and sees what is theirs.
 */
@Injectable()
export class ReviewLinks {
  private key: Uint8Array | null = null;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** The address below the public one. */
  async make(tx: Tx, person: string, campaign: string): Promise<string> {
    const now = this.clock.now().getTime();
    const token = await new SignJWT({ campaign })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setAudience(AUDIENCE)
      .setSubject(person)
      .setIssuedAt(Math.floor(now / 1000))
      .setExpirationTime(Math.floor((now + this.config.get('MANDATE_REVIEW_LINK_DAYS') * DAY_MS) / 1000))
      .sign(await this.keyIn(tx));
    return `${REVIEWS_PATH}?link=${token}`;
  }

  /** Throws {@link LinkRanOut} or {@link LinkNotOurs}. */
  async read(token: string): Promise<ReviewLink> {
    const key = this.key ?? (await this.database.read((tx) => this.keyIn(tx)));
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        typ: TYPE,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'iat'],
        currentDate: this.clock.now(),
      });
      const { sub, campaign } = claims.parse(payload);
      return { person: sub, campaign };
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new LinkRanOut();
      if (error instanceof errors.JOSEError || error instanceof z.ZodError) throw new LinkNotOurs();
      throw error;
    }
  }

  private async keyIn(tx: Tx): Promise<Uint8Array> {
    return (this.key ??= derivedKey(await linkSecret(tx), 'mandate review link'));
  }
}
