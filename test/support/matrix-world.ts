import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ROLES } from '../../src/platform/http/index.js';
import { startApp, type TestApp } from './app.js';
import { importFile, ndjson } from './files.js';

/** One unit with one of everything, another without, and everybody who might ask for it. */
export interface MatrixWorld {
  readonly t: TestApp;
  /** Who calls: what they are, and the token they call with (null = none). */
  readonly callers: ReadonlyMap<string, string | null>;
  /** Ids to put into paths and bodies, by name. */
  readonly ids: Readonly<Record<string, string>>;
  /** What nobody outside the unit may read in any answer. */
  readonly marks: readonly string[];
  close(): Promise<void>;
}

export const inAnotherUnit = (role: string): string => `${role} of another unit`;
export const inThisUnit = (role: string): string => `${role} of this unit`;
export const OWNER = 'its owner';
export const OTHER_OWNER = 'owner of something else';
export const FORMER_DELEGATE = 'a delegate whose time is over';
/** Callers who must never get in anywhere. */
export const OUTSIDERS = ['nobody', 'a leaver', 'a token for another audience', 'a token that ran out'] as const;

const MARK = 'svc-known-to-its-unit-only';

export async function buildMatrixWorld(): Promise<MatrixWorld> {
  const issuer = await startKeys();
  const t = await startApp({
    env: {
      MANDATE_JWT_ISSUER: issuer.url,
      MANDATE_JWT_JWKS_URL: `${issuer.url}/keys`,
      MANDATE_JWT_AUDIENCE: 'mandate',
    },
  });
  const made = async (path: string, body: unknown, token?: string): Promise<string> => {
    const answer = await t.call('POST', `/api/v1/${path}`, { body, ...(token ? { token } : {}) });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };
  const person = (n: number): Promise<string> =>
    made('people', { userName: `sample.person.0${n}`, displayName: `Sample Person 0${n}` });
  const [owner, otherOwner, formerDelegate, leaver] = [
    await person(1),
    await person(2),
    await person(3),
    await person(4),
  ];
  const unit = await made('units', { name: 'This unit' });
  const otherUnit = await made('units', { name: 'Another unit' });

  const run = await importFile(
    t,
    { format: 'ndjson', source: 'register of this unit' },
    ndjson([
      { entity: 'identity', id: 'a', name: MARK, unit: 'This unit', aiUse: 'yes' },
      {
        entity: 'credential',
        id: 'k',
        identity: 'a',
        name: `key of ${MARK}`,
        kind: 'api-key',
        expiresAt: '2026-01-01',
      },
    ]),
  );
  const there = await importFile(
    t,
    { format: 'ndjson', source: 'register of another unit' },
    ndjson([{ entity: 'identity', id: 'b', name: 'svc-of-another-unit', unit: 'Another unit' }]),
  );
  await t.settle();
  const identities = (await t.call('GET', '/api/v1/identities')).body.data as { id: string; displayName: string }[];
  const identity = identities.find(({ displayName }) => displayName === MARK)!.id;
  const other = identities.find(({ displayName }) => displayName !== MARK)!.id;
  const credential = (await t.call('GET', `/api/v1/credentials?identity=${identity}`)).body.data[0].id;
  const own = async (of: string, body: unknown): Promise<void> => {
    const { etag } = await t.call('GET', `/api/v1/identities/${of}/ownership`);
    await t.call('PUT', `/api/v1/identities/${of}/ownership`, { body, headers: { 'if-match': etag } });
  };
  await own(identity, { owner, deputies: [formerDelegate] });
  await own(identity, { owner, deputies: [] });
  await own(other, { owner: otherOwner });
  await t.settle();
  const findings = (await t.call('GET', '/api/v1/findings?limit=200')).body.data as any[];
  const finding = findings.find(({ subject }) => subject.id === credential).id;
  const governance = await t.token('ai-governance');
  const useCase = await made('use-cases', { name: `use of ${MARK}`, purpose: 'x', sponsor: owner }, governance);
  const agent = await made('agents', { name: 'an agent', owner, useCases: [], identities: [] }, governance);
  const author = await t.token('policy-author');
  await made(
    'policies',
    { name: 'enforced', mode: 'enforce', checks: [{ id: 'expired-credential-is-off', action: 'disable' }] },
    author,
  );
  await t.settle();
  const [action] = (await t.call('GET', '/api/v1/actions')).body.data;
  const exception = await made(`findings/${finding}/exceptions`, {
    reason: 'x',
    compensatingControl: 'y',
    expiresAt: new Date(t.clock.now().getTime() + 86_400_000).toISOString(),
  });
  const policy = await made('policies', { name: 'a policy', checks: [] }, author);
  const token = await made('tokens', { name: 'a token', roles: [{ role: 'viewer' }] });
  const running = await t.token('campaign-manager');
  const asks = { scope: { subject: 'identity', unit }, reviewers: ['owner'] };
  const campaign = await made('campaigns', { name: `review of ${MARK}`, ...asks }, running);
  const draft = await made('campaigns', { name: `next review of ${MARK}`, ...asks }, running);
  const launched = await t.call('POST', `/api/v1/campaigns/${campaign}/launch`, { token: running, body: {} });
  if (launched.status !== 200) throw new Error(JSON.stringify(launched.body));
  const [item] = (await t.call('GET', `/api/v1/campaigns/${campaign}/items`)).body.data;
  // For an hour it was theirs to decide.
  const ends = new Date(t.clock.now().getTime() + 3_600_000).toISOString();
  const ownersToken = await t.tokenOf(owner);
  await made('delegations', { delegate: formerDelegate, endsAt: ends }, ownersToken);
  const formersToken = await t.tokenOf(formerDelegate);
  const handed = await t.call('GET', `/api/v1/review-items/${item.id}`, { token: formersToken });
  if (handed.status !== 200) throw new Error(`nothing was handed on: ${handed.status}`);
  t.clock.advance({ hours: 2 });
  await t.settle();
  const sources = (await t.call('GET', '/api/v1/sources')).body.data as { id: string; name: string }[];

  const callers = new Map<string, string | null>([['nobody', null]]);
  for (const role of ROLES) {
    callers.set(role, await t.token(role));
    callers.set(inAnotherUnit(role), await t.token({ role, scope: { unit: otherUnit } }));
    callers.set(inThisUnit(role), await t.token({ role, scope: { unit } }));
  }
  callers.set(OWNER, ownersToken);
  callers.set(OTHER_OWNER, await t.tokenOf(otherOwner));
  callers.set(FORMER_DELEGATE, formersToken);
  callers.set('a leaver', await t.tokenOf(leaver, ...ROLES.filter((role) => !EXCLUDED.has(role))));
  callers.set('a token for another audience', await issuer.sign(t, 'somebody-else', 300));
  callers.set('a token that ran out', await issuer.sign(t, 'mandate', -3600));
  const { etag } = await t.call('GET', `/api/v1/people/${leaver}`);
  await t.call('PATCH', `/api/v1/people/${leaver}`, { body: { status: 'left' }, headers: { 'if-match': etag } });

  return {
    t,
    callers,
    ids: {
      identity,
      credential,
      finding,
      action: action.id,
      exception,
      useCase,
      agent,
      policy,
      token,
      unit,
      otherUnit,
      person: otherOwner,
      owner: owner,
      syncRun: run.id,
      otherSyncRun: there.id,
      campaign,
      draft,
      reviewItem: item.id as string,
      source: sources.find(({ name }) => name.includes('this'))!.id,
      check: 'expired-credential-is-off',
      job: 'platform.clear-away',
      format: 'csv',
      code: 'request.not-found',
    },
    marks: [MARK, identity, credential, finding, exception, action.id, campaign, draft, item.id as string],
    async close() {
      await t.close();
      issuer.close();
    },
  };
}

/** Somebody who left may have had every duty that one person can hold. */
const EXCLUDED: ReadonlySet<string> = new Set(['risk-acceptor', 'action-approver']);

async function startKeys(): Promise<{
  url: string;
  sign(t: TestApp, audience: string, seconds: number): Promise<string>;
  close(): void;
}> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
  const server: Server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(keys)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    sign: (t, audience, seconds) => {
      const now = Math.floor(t.clock.now().getTime() / 1000);
      return new SignJWT({ roles: ['admin', 'auditor'] })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .setIssuer(url)
        .setSubject('pipeline')
        .setAudience(audience)
        .setIssuedAt(now - 7200)
        .setExpirationTime(now + seconds)
        .sign(privateKey);
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
