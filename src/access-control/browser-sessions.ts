import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../platform/clock/index.js';
import { Config } from '../platform/config/index.js';
import { isSameSecret, sha256Hex } from '../platform/crypto/index.js';
import { Database } from '../platform/database/index.js';
import { type Actor, systemActor } from '../platform/http/index.js';
import { CrossSiteRequest } from './access-control.errors.js';
import { EndSession } from './operations/end-session.js';
import { RoleRules } from './role-rules.js';
import { actorOf } from './session-actor.js';
import { csrfOf, SessionCookies } from './session-cookies.js';
import type { Session } from './session.entity.js';
import { SessionsRepository } from './sessions.repository.js';

const TOUCH_AFTER_MS = 60_000;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
export const SIGN_OUT_PATH = '/api/v1/auth/sign-out';

/** A session that stands, and the secret of its cookie. */
export interface Standing {
  readonly session: Session;
  readonly secret: string;
}

/** Who a browser's session cookie stands for. */
@Injectable()
export class BrowserSessions {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly cookies: SessionCookies,
    private readonly rules: RoleRules,
    private readonly endSession: EndSession,
    private readonly clock: Clock,
  ) {}

  /** Null without a session that stands. Throws {@link CrossSiteRequest} for a change that no page of ours sent. */
  async authenticate(request: FastifyRequest): Promise<Actor | null> {
    const standing = await this.standing(request);
    if (!standing) return null;
    // A form cannot send a header: signing out carries its token in the body, and the route checks it there.
    if (!READS.has(request.method) && request.url.split('?')[0] !== SIGN_OUT_PATH)
      this.assertOurs(request, standing.secret, request.headers['x-csrf-token']);
    return actorOf(standing.session);
  }

  async standing(request: FastifyRequest): Promise<Standing | null> {
    const secret = this.cookies.read(request);
    if (secret === null) return null;
    const now = this.clock.now();
    const found = await this.database.read((tx) => tx.use(SessionsRepository).byHash(sha256Hex(secret), now));
    if (!found || found.session.endedAt) return null;
    const { session, left } = found;
    const over = left
      ? 'person-left'
      : session.expiresAt <= now || now.getTime() - session.lastSeenAt.getTime() >= this.idleMs()
        ? 'expired'
        : session.rulesDigest !== this.rules.digest
          ? 'rules-changed'
          : null;
    if (over) {
      await this.endSession.execute(systemActor('access-control'), session.id, null, over);
      return null;
    }
    if (now.getTime() - session.lastSeenAt.getTime() >= TOUCH_AFTER_MS)
      await this.database.transaction((tx) => tx.use(SessionsRepository).touch(session.id, now));
    return { session, secret };
  }

  /** Two ways at once: what only our pages know, and what the browser itself says of where the request came from. */
  assertOurs(request: FastifyRequest, secret: string, token: unknown): void {
    const { origin, 'sec-fetch-site': site } = request.headers;
    const isForeign =
      (origin !== undefined && origin !== new URL(this.config.publicUrl()).origin) ||
      (site !== undefined && site !== 'same-origin' && site !== 'none');
    if (isForeign || typeof token !== 'string' || !isSameSecret(token, csrfOf(secret))) throw new CrossSiteRequest();
  }

  private idleMs(): number {
    return this.config.get('MANDATE_SESSION_IDLE_MINUTES') * 60_000;
  }
}
