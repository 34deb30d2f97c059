import { z } from 'zod';
import { digestOf } from '../platform/crypto/index.js';
import { defineJob } from '../platform/jobs/index.js';
import type { EndSessions } from './operations/end-sessions.js';
import type { RenewLocalAdminToken } from './operations/renew-local-admin-token.js';

export const renewLocalAdminToken = defineJob<{ renew: RenewLocalAdminToken }, object>({
  id: 'access-control.renew-local-admin-token',
  title: "Renew the local administrator's token before it runs out",
  schedule: '17 * * * *',
  payload: z.strictObject({}),
  timeoutMs: 60_000,
  retry: { attempts: 5, backoffMs: 10_000 },
  exclusive: () => 'all',
  async run({ renew }) {
    return { renewed: (await renew.execute()) === 'renewed' ? 1 : 0 };
  },
});

const leavers = z.strictObject({ persons: z.array(z.uuid()).nullable().default(null) });

/** Follows the entry that says who left; a session checks at each request besides. */
export const endSessionsOfLeavers = defineJob<{ end: Pick<EndSessions, 'ofLeavers'> }, z.output<typeof leavers>>({
  id: 'access-control.end-sessions-of-leavers',
  title: 'End the sessions of people who have left',
  payload: leavers,
  timeoutMs: 60_000,
  retry: { attempts: 10, backoffMs: 2_000 },
  exclusive: ({ persons }) => digestOf(persons),
  run: ({ end }, { payload: { persons } }) => end.ofLeavers(persons),
});

const revoked = z.strictObject({ persons: z.array(z.uuid()), before: z.iso.datetime() });

/** Follows the signal of an identity provider. `before` keeps a late run from ending what began after it. */
export const endRevokedSessions = defineJob<{ end: Pick<EndSessions, 'revoked'> }, z.output<typeof revoked>>({
  id: 'access-control.end-revoked-sessions',
  title: 'End the sessions that an identity provider called back',
  payload: revoked,
  timeoutMs: 60_000,
  retry: { attempts: 10, backoffMs: 2_000 },
  exclusive: (payload) => digestOf(payload),
  run: ({ end }, { payload: { persons, before } }) => end.revoked(persons, new Date(before)),
});

export const endSessions = defineJob<{ end: Pick<EndSessions, 'execute'> }, object>({
  id: 'access-control.end-sessions',
  title: 'End the sessions of people whose last day has passed, and those that ran out',
  schedule: '* * * * *',
  payload: z.strictObject({}),
  timeoutMs: 60_000,
  retry: { attempts: 3, backoffMs: 5_000 },
  exclusive: () => 'all',
  run: ({ end }) => end.execute(),
});
