import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
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
