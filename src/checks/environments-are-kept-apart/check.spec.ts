import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const role = { identityKind: 'role', hasTrusts: true };
const bad = { ...role, trustedAccounts: [{ account: '111122223333', environment: 'development' }] };

describeCheck(check, import.meta.url, [
  ['a role that nobody elsewhere may become passes', anIdentity(role), { result: 'pass' }],
  [
    'one that a whole test account may become fails',
    anIdentity(bad),
    {
      result: 'fail',
      reason: 'whole-account-of-another-environment',
      severity: 'high',
      since: at(-400),
      evidence: { environment: 'production', accounts: ['111122223333 (development)'] },
    },
  ],
  [
    'another account of production is no other environment',
    anIdentity({ ...role, trustedAccounts: [{ account: '111122223333', environment: 'production' }] }),
    { result: 'pass' },
  ],
  [
    'what is found wrong is wrong, whatever else is not known',
    anIdentity({ ...bad, outsideTrust: 'unknown' }),
    { result: 'fail' },
  ],
  ['who may become it is not known', anIdentity({ ...role, outsideTrust: 'unknown' }), { result: 'not-evaluated' }],
  ['where it works is not known', anIdentity({ ...bad, environment: null }), { result: 'not-evaluated' }],
  [
    'a test role may be reached from anywhere of ours',
    anIdentity({ ...bad, environment: 'development' }),
    { result: 'not-applicable' },
  ],
  ['nobody can become a user', anIdentity({ ...bad, hasTrusts: false }), { result: 'not-applicable' }],
  ["a person's own account is not asked about", anIdentity({ ...bad, nature: 'human' }), { result: 'not-applicable' }],
  [
    'what a vendor manages is not asked about',
    anIdentity({ ...bad, managedBy: 'vendor' }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled identity is out of scope',
    anIdentity({ ...bad, identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
]);
