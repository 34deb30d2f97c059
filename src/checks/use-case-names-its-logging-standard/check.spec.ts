import { at, aUseCase, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['one that names it passes', aUseCase(), { result: 'pass' }],
  [
    'one at work that names none fails',
    aUseCase({ loggingStandard: null, status: 'draft' }),
    { result: 'fail', reason: 'no-logging-standard', severity: 'medium', since: at(-100) },
  ],
  [
    'one that nothing works for is not at work',
    aUseCase({ loggingStandard: null, liveIdentities: 0 }),
    { result: 'not-applicable' },
  ],
  ['a retired one is over', aUseCase({ loggingStandard: null, status: 'retired' }), { result: 'not-applicable' }],
  [
    'a rejected one has to stop, not to be described',
    aUseCase({ loggingStandard: null, status: 'rejected' }),
    { result: 'not-applicable' },
  ],
]);
