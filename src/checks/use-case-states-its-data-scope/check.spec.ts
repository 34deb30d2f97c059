import { at, aUseCase, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['one that lists its data passes', aUseCase(), { result: 'pass' }],
  [
    'one at work that lists none fails',
    aUseCase({ dataScope: [], status: 'draft' }),
    { result: 'fail', reason: 'no-data-scope', severity: 'high', since: at(-100), evidence: { status: 'draft' } },
  ],
  [
    'one that nothing works for is not at work',
    aUseCase({ dataScope: [], liveIdentities: 0 }),
    { result: 'not-applicable' },
  ],
  ['a retired one is over', aUseCase({ dataScope: [], status: 'retired' }), { result: 'not-applicable' }],
  [
    'a rejected one has to stop, not to be described',
    aUseCase({ dataScope: [], status: 'rejected' }),
    { result: 'not-applicable' },
  ],
]);
