import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock, HOUR_MS } from '../../platform/clock/index.js';
import { Config } from '../../platform/config/index.js';
import { newId, randomSecret, sha256Hex } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import type { RoleAssignment } from '../../platform/http/index.js';
import { SignInRefused } from '../access-control.errors.js';
import { ApiTokensRepository } from '../api-tokens.repository.js';
import type { Authenticated } from '../identity-provider.js';
import { RoleRules } from '../role-rules.js';
import { excludingPair } from '../roles.js';
import { Session } from '../session.entity.js';
import { actorOf } from '../session-actor.js';
import { type Known, SessionsRepository } from '../sessions.repository.js';

/** Lets somebody in whom the issuer vouches for, with the roles their claims give. */
@Injectable()
export class StartSession {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly config: Config,
    private readonly rules: RoleRules,
    private readonly clock: Clock,
  ) {}

  /** `replaces` is the session the same browser had: a sign-in always begins a new one. */
  async execute(who: Authenticated, replaces: string | null): Promise<{ secret: string; session: Session }> {
    const secret = randomSecret();
    const now = this.clock.now();
    const session = await this.database.transaction(async (tx) => {
      const sessions = tx.use(SessionsRepository);
      const person = await this.personOf(tx, who, now);
      if (person?.left) throw new SignInRefused('You have left the organisation, as its people records say.');
      const { roles, unknownUnits } = this.rules.rolesOf(who.claims, await sessions.units(this.rules.unitsNamed()));
      const pair = excludingPair(roles);
      if (pair)
        throw new SignInRefused(
          `Your groups give you ${pair[0]} and ${pair[1]}: duties that nobody may hold together. Ask whoever manages the groups.`,
        );
      if (person) await this.assertDuties(tx, person.id, roles, now);
      if (person === null && roles.length === 0)
        throw new SignInRefused(
          'Nobody here knows you: you are in no people record, and your groups give you no role.',
        );
      const row = Object.assign(new Session(), {
        id: newId(this.clock),
        tokenHash: sha256Hex(secret),
        issuer: who.issuer,
        subject: who.subject,
        personId: person?.id ?? null,
        name: person?.displayName ?? nameOf(who),
        roles,
        rulesDigest: this.rules.digest,
        acr: who.acr,
        amr: [...who.amr],
        authenticatedAt: who.at,
        createdAt: now,
        lastSeenAt: now,
        expiresAt: new Date(now.getTime() + this.config.get('MANDATE_SESSION_HOURS') * HOUR_MS),
        endedAt: null,
        endedBecause: null,
        version: 1,
      });
      await sessions.insert(row);
      if (replaces !== null) await sessions.end(replaces, now, 'replaced');
      await this.audit.record(tx, {
        type: 'access.signed-in',
        actor: actorOf(row),
        target: { type: 'session', id: row.id },
        data: {
          issuer: who.issuer,
          roles,
          acr: who.acr,
          amr: who.amr,
          authenticatedAt: who.at.toISOString(),
          replaces,
          ...(unknownUnits.length > 0 ? { unknownUnits } : {}),
        },
      });
      return row;
    });
    return { secret, session };
  }

  /**
   * Duties exclude each other in a person, not in a credential. What their groups gave them before and no longer do ends
   * with the sessions it was given to; a token that was made for them is for an administrator to revoke.
   */
  private async assertDuties(tx: Tx, person: string, roles: readonly RoleAssignment[], now: Date): Promise<void> {
    const tokens = tx.use(ApiTokensRepository);
    await tokens.lockDutiesOf(person);
    const pair = excludingPair([...roles, ...(await tokens.rolesOf(person, now))]);
    if (pair)
      throw new SignInRefused(
        `With a token of yours your groups give you ${pair[0]} and ${pair[1]}: duties that nobody may hold together. Ask an administrator to revoke the token.`,
      );
    const sessions = tx.use(SessionsRepository);
    for (const other of await sessions.standingOf(person, now))
      if (excludingPair([...roles, ...other.roles])) await sessions.end(other.id, now, 'replaced');
  }

  /** The person a claim means; several feeds may know one, and of those who have left one may be back. */
  private async personOf(tx: Tx, { claims }: Authenticated, now: Date): Promise<Known | null> {
    const name = this.config.get('MANDATE_OIDC_PERSON_CLAIM');
    const value = claims[name];
    if (typeof value !== 'string' || value === '') return null;
    // An address somebody typed into their profile is not who they are.
    if (name === 'email' && claims.email_verified === false) return null;
    const sessions = tx.use(SessionsRepository);
    const people =
      this.config.get('MANDATE_OIDC_PERSON_MATCH') === 'login'
        ? await sessions.peopleByLogin(value, now)
        : await sessions.peopleByExternalId(value, now);
    const there = people.filter(({ left }) => !left);
    if (there.length > 1) throw new SignInRefused('Your account fits two people here. Ask an administrator.');
    return there[0] ?? people[0] ?? null;
  }
}

const nameOf = ({ claims, subject }: Authenticated): string => {
  const named = [claims.name, claims.preferred_username, claims.email].find(
    (value): value is string => typeof value === 'string' && value !== '',
  );
  return (named ?? subject).slice(0, 200);
};
