import { aPerson, at, aUseCase, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['one with three people passes', aUseCase(), { result: 'pass' }],
  [
    'it passes until the first of them leaves',
    aUseCase({ monitors: aPerson({ leavesAt: at(9) }) }),
    { result: 'pass', until: at(9) },
  ],
  [
    'one without somebody who monitors fails',
    aUseCase({ monitors: null }),
    {
      result: 'fail',
      reason: 'role-not-filled',
      severity: 'medium',
      since: at(-100),
      evidence: { roles: ['monitors'] },
    },
  ],
  [
    'all that is empty is named',
    aUseCase({ approves: null, monitors: null, remediates: null }),
    { result: 'fail', evidence: { roles: ['approves', 'monitors', 'remediates'] } },
  ],
  [
    'one whose approver left fails since then',
    aUseCase({ approves: aPerson({ status: 'left', leavesAt: at(-3) }) }),
    { result: 'fail', reason: 'role-holder-left', since: at(-3) },
  ],
  [
    'a day that is not recorded tells nothing',
    aUseCase({ remediates: aPerson({ status: 'left' }) }),
    { result: 'fail', since: at(-100) },
  ],
  [
    'one that nothing works for is not at work',
    aUseCase({ monitors: null, liveIdentities: 0 }),
    { result: 'not-applicable' },
  ],
  ['a retired one is over', aUseCase({ monitors: null, status: 'retired' }), { result: 'not-applicable' }],
  [
    'a rejected one has to stop, not to be described',
    aUseCase({ monitors: null, status: 'rejected' }),
    { result: 'not-applicable' },
  ],
]);
