import type { Answer, TestApp } from './app.js';
import { importFile, ndjson } from './files.js';

/** An organisation small enough to know by heart: people with tokens, and what they answer for. */
export interface ReviewedOrganisation {
  readonly t: TestApp;
  /** Person ids by number, from 1; person 1 heads the unit, person 2 manages 3 to 6. */
  readonly people: readonly string[];
  readonly unit: string;
  readonly manager: string;
  tokenOf(person: number): Promise<string>;
  identity(name: string): Promise<string>;
  /** Names an owner; `accepts` lets them say yes. */
  own(
    name: string,
    person: number,
    more?: { accepts?: boolean; sponsor?: number; deputies?: readonly number[] },
  ): Promise<void>;
  campaign(body: object): Promise<any>;
  launch(id: string, body?: object): Promise<Answer>;
  /** What one person is asked. */
  mine(person: number, query?: string): Promise<any[]>;
  decide(person: number, item: { id: string; version: number }, body: object): Promise<Answer>;
}

const DAY = 86_400_000;
export const ago = (t: TestApp, days: number): string => new Date(t.clock.now().getTime() - days * DAY).toISOString();

/** What a source says of use: seen yesterday, or covered and unused. */
export const used = (t: TestApp) => ({ lastUsedAt: ago(t, 1), useKnownSince: ago(t, 400), useKnownUntil: ago(t, 0) });
export const unused = (t: TestApp) => ({ lastUsedAt: null, useKnownSince: ago(t, 400), useKnownUntil: ago(t, 0) });

export const service = (id: string, more: object = {}) => ({
  entity: 'identity',
  id,
  name: id,
  kind: 'service-account',
  createdAt: '2024-01-01T00:00:00Z',
  privilege: 'read',
  ...more,
});
export const key = (id: string, identity: string, more: object = {}) => ({
  entity: 'credential',
  id,
  identity,
  kind: 'api-key',
  canExpire: false,
  issuedAt: '2025-12-20T00:00:00Z',
  ...more,
});

export async function reviewedOrganisation(t: TestApp, persons = 6): Promise<ReviewedOrganisation> {
  const people: string[] = [''];
  const unit = (await t.call('POST', '/api/v1/units', { body: { name: 'Operations' } })).body.id as string;
  for (let n = 1; n <= persons; n++)
    people.push(
      (
        await t.call('POST', '/api/v1/people', {
          body: {
            userName: `sample.person.0${n}`,
            displayName: `Sample Person 0${n}`,
            email: `sample.person.0${n}@sample.example`,
            unit,
            ...(n > 2 ? { manager: people[2] } : {}),
          },
        })
      ).body.id,
    );
  await t.sql('UPDATE units SET head_id = $1 WHERE id = $2', [people[1], unit]);
  const manager = await t.token('campaign-manager');
  const tokens = new Map<number, Promise<string>>();
  const organisation: ReviewedOrganisation = {
    t,
    people,
    unit,
    manager,
    tokenOf(person) {
      const known = tokens.get(person) ?? t.tokenOf(people[person]!);
      tokens.set(person, known);
      return known;
    },
    async identity(name) {
      const { body } = await t.call('GET', `/api/v1/identities?limit=200&q=${encodeURIComponent(name)}`);
      return body.data.find((one: { displayName: string }) => one.displayName === name).id;
    },
    async own(name, person, { accepts = true, sponsor, deputies = [] } = {}) {
      const id = await organisation.identity(name);
      const path = `/api/v1/identities/${id}/ownership`;
      const { etag } = await t.call('GET', path);
      await t.call('PUT', path, {
        body: {
          owner: people[person],
          sponsor: sponsor ? people[sponsor] : null,
          deputies: deputies.map((n) => people[n]),
        },
        headers: { 'if-match': etag },
      });
      if (accepts) await t.call('POST', `${path}/accept`, { token: await organisation.tokenOf(person), body: {} });
    },
    async campaign(body) {
      return (await t.call('POST', '/api/v1/campaigns', { token: manager, body })).body;
    },
    launch(id, body = {}) {
      return t.call('POST', `/api/v1/campaigns/${id}/launch`, { token: manager, body });
    },
    async mine(person, query = '') {
      const token = await organisation.tokenOf(person);
      return (await t.call('GET', `/api/v1/review-items?reviewer=me&limit=200${query}`, { token })).body.data;
    },
    async decide(person, item, body) {
      const token = await organisation.tokenOf(person);
      return t.call('POST', `/api/v1/review-items/${item.id}/decision`, {
        token,
        body,
        headers: { 'if-match': `"${item.version}"` },
      });
    },
  };
  return organisation;
}

/** Imports rows as one source, whole. */
export const source = (t: TestApp, name: string, rows: readonly object[]): Promise<any> =>
  importFile(t, { format: 'ndjson', source: name }, ndjson(rows));

/** What can be granted, of three levels. */
export const entitlements = [
  { entity: 'entitlement', id: 'reader', name: 'Reader', privilege: 'read' },
  { entity: 'entitlement', id: 'writer', name: 'Writer', privilege: 'write' },
  { entity: 'entitlement', id: 'admin', name: 'Administrator', privilege: 'admin' },
];
export const grant = (identity: string, entitlement: string) => ({
  entity: 'grant',
  id: `${identity}-${entitlement}`,
  identity,
  entitlement,
});
export const itemsOf = async (t: TestApp, campaign: string, query = ''): Promise<any[]> =>
  (await t.call('GET', `/api/v1/campaigns/${campaign}/items?limit=200${query}`)).body.data;
/** Ends a campaign before its time. */
export const endNow = (o: ReviewedOrganisation, id: string) =>
  o.t.call('POST', `/api/v1/campaigns/${id}/close`, { token: o.manager, body: { reason: 'done' } });
