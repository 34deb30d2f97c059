import { z } from 'zod';
import { digestOf } from '../platform/crypto/index.js';
import { defineJob } from '../platform/jobs/index.js';
import type { FollowFindings } from './operations/follow-findings.js';

type Deps = { follow: FollowFindings };
const cause = z.strictObject({ type: z.string(), id: z.string() });
const findings = z.strictObject({ findings: z.array(z.uuid()).max(500), cause });

export const followFindings = defineJob<Deps, z.output<typeof findings>>({
  id: 'remediation.follow-findings',
  title: 'Plan what findings ask for at the source, and withdraw what they ask for no longer',
  payload: findings,
  timeoutMs: 10 * 60_000,
  retry: { attempts: 5, backoffMs: 5_000 },
  // Every set of findings counts: none may be dropped because another one waits.
  exclusive: (payload) => digestOf(payload),
  run: ({ follow }, { payload }) => follow.execute(payload.findings, payload.cause),
});

const policy = z.strictObject({ policy: z.uuid() });

export const followEnforcement = defineJob<Deps, z.output<typeof policy>>({
  id: 'remediation.follow-policy',
  title: 'Plan and withdraw by the actions that a policy names now',
  payload: policy,
  timeoutMs: 60 * 60_000,
  retry: { attempts: 5, backoffMs: 5_000 },
  exclusive: ({ policy: id }) => id,
  run: ({ follow }, { payload, signal }) => follow.ofPolicy(payload.policy, signal),
});
