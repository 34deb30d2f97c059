import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rankFindings } from '../../../src/findings/queries/rank-findings.js';
import { startApp, type TestApp } from '../../support/app.js';
import { importFile, ndjson } from '../../support/files.js';

const DAY = 86_400_000;
const IDENTITIES = 24;

/**
 * Every fourth is admin, and so is what a vendor runs until it is taken from them; keys of all ages, some used, some not.
 * The first has a certificate that is not used, beside a key that is, and that grows too old.
 */
function population(now: number, vendorsAreAdmins: boolean): string {
  const iso = (days: number): string => new Date(now - days * DAY).toISOString();
  return ndjson(
    Array.from({ length: IDENTITIES }, (_none, n) => [
      {
        entity: 'identity',
        id: `svc-${n}`,
        name: `svc-${n}`,
        kind: 'service-account',
        createdAt: '2024-01-01',
        privilege: n % 4 === 0 || (isVendors(n) && vendorsAreAdmins) ? 'admin' : 'read',
        ...(isVendors(n) ? { managedBy: 'vendor' } : {}),
      },
      ...[0, 1].slice(0, (n % 2) + 1).map((which) => ({
        entity: 'credential',
        id: `key-${n}-${which}`,
        identity: `svc-${n}`,
        kind: 'access-key',
        canExpire: false,
        issuedAt: iso(30 + n * 3 + which * 20),
        useKnownSince: iso(400),
        ...(n % 3 === 0 ? {} : { lastUsedAt: iso(10 + n * 4 + which * 30) }),
      })),
    ])
      .flat()
      .concat([
        {
          entity: 'credential',
          id: 'certificate-1',
          identity: 'svc-1',
          kind: 'certificate',
          canExpire: false,
          issuedAt: iso(300),
          useKnownSince: iso(400),
          lastUsedAt: iso(200),
        },
      ]),
  );
}
const isVendors = (n: number): boolean => n % 6 === 5;

describe('the rank of findings', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  const ranks = () => t.sql(`SELECT id, rank, combination FROM findings WHERE status <> 'resolved' ORDER BY id`);
  const standings = () => t.sql(`SELECT identity_id, combination FROM standings ORDER BY identity_id`);
  /** Everything ranked anew is what was ranked as it came about. */
  const asFromScratch = async (): Promise<number> => {
    const before = [await ranks(), await standings()];
    const identities = (await t.sql<{ id: string }>('SELECT id FROM identities')).map(({ id }) => id);
    await t.sql('DELETE FROM standings');
    await t.app.database.transaction((tx) =>
      rankFindings(tx, { identities, credentials: [], grants: [], credentialsAlone: [] }),
    );
    expect([await ranks(), await standings()]).toEqual(before);
    return before[0]!.length;
  };

  it('is the same when all is ranked anew, on whatever day and whatever changed', async () => {
    await importFile(t, { format: 'ndjson', source: 'ranked' }, population(t.clock.now().getTime(), true));
    const met = new Set<string>();
    let found = await asFromScratch();
    for (let week = 0; week < 12; week++) {
      t.clock.advance({ days: 5 + week });
      await t.settle();
      if (week === 4)
        await importFile(t, { format: 'ndjson', source: 'ranked' }, population(t.clock.now().getTime(), false));
      found = Math.max(found, await asFromScratch());
      for (const { combination } of await t.sql<{ combination: string[] }>('SELECT combination FROM findings'))
        met.add(combination.join());
    }
    expect(found).toBeGreaterThan(IDENTITIES);
    const named = await t.sql(
      `SELECT f.check_id, f.combination FROM findings f JOIN credentials c ON c.id = f.subject_id WHERE c.external_id = 'certificate-1' AND f.check_id = 'credential-age-within-limit'`,
    );
    expect(named).toEqual([{ check_id: 'credential-age-within-limit', combination: ['ownerless', 'unused'] }]);
    expect([...met]).toEqual(expect.arrayContaining(['ownerless', 'admin,ownerless', 'ownerless,unused']));
  });
});
