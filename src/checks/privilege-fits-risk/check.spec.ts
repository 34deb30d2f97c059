import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const serving = (
  useCaseRisk: 'low' | 'moderate' | 'high' | 'critical' | null,
  privilege: 'none' | 'read' | 'write' | 'privileged' | 'admin',
) => ({ aiUse: 'yes' as const, useCasesApproved: 1, useCaseRisk, privilege });
const approved = (over: object) => ({
  expectedUse: {
    pattern: 'break-glass' as const,
    nextDueAt: null,
    approvedBy: 'Sample Person 02',
    approvedUntil: null,
    ...over,
  },
});

describeCheck(check, import.meta.url, [
  // An approved use case sets the limit: both sides of every level.
  ['a use case of low risk may read', anIdentity(serving('low', 'read')), { result: 'pass' }],
  [
    'and not write',
    anIdentity(serving('low', 'write')),
    {
      result: 'fail',
      severity: 'high',
      reason: 'more-than-its-use-case-allows',
      since: at(-400),
      evidence: { privilege: 'write', allowed: 'read', useCaseRisk: 'low' },
    },
  ],
  ['one of moderate risk may write', anIdentity(serving('moderate', 'write')), { result: 'pass' }],
  [
    'and not be privileged',
    anIdentity(serving('moderate', 'privileged')),
    { result: 'fail', reason: 'more-than-its-use-case-allows' },
  ],
  ['one of high risk may be privileged', anIdentity(serving('high', 'privileged')), { result: 'pass' }],
  [
    'and not be admin',
    anIdentity(serving('high', 'admin')),
    { result: 'fail', reason: 'more-than-its-use-case-allows', severity: 'critical' },
  ],
  ['one that was approved as critical may be admin', anIdentity(serving('critical', 'admin')), { result: 'pass' }],
  ['unrated counts as moderate: it may write', anIdentity(serving(null, 'write')), { result: 'pass' }],
  [
    'and not be privileged, unrated',
    anIdentity(serving(null, 'privileged')),
    { result: 'fail', reason: 'more-than-its-use-case-allows', evidence: { allowed: 'write', useCaseRisk: null } },
  ],
  ['nothing is never too much', anIdentity(serving('low', 'none')), { result: 'pass' }],
  [
    'an organisation sets the limits itself',
    anIdentity(serving('low', 'write')),
    { result: 'pass' },
    { allowedByUseCaseRisk: { low: 'write', moderate: 'write', high: 'write', critical: 'write' } },
  ],
  [
    'a use case limits what does not use AI, too',
    anIdentity({ ...serving('low', 'write'), aiUse: 'no' }),
    { result: 'fail', reason: 'more-than-its-use-case-allows' },
  ],
  [
    'in a sandbox, too',
    anIdentity({ ...serving('low', 'admin'), environment: 'sandbox' }),
    { result: 'fail', severity: 'critical' },
  ],

  // Without one, only admin is a breach by itself.
  ['a privileged service is judged by review', anIdentity({ privilege: 'privileged' }), { result: 'pass' }],
  [
    'a service that may do everything fails',
    anIdentity({
      privilege: 'admin',
      privilegeBecause: ['its highest grant is SampleAdmin'],
      escalation: ['passes roles'],
    }),
    {
      result: 'fail',
      severity: 'high',
      reason: 'admin',
      since: at(-400),
      evidence: { privilege: 'admin', because: ['its highest grant is SampleAdmin'], escalation: ['passes roles'] },
    },
  ],
  [
    'one that outsiders may become is worse',
    anIdentity({ privilege: 'admin', outsideTrust: 'outside' }),
    { result: 'fail', reason: 'admin', severity: 'critical' },
  ],
  [
    'one that anybody may become is worse',
    anIdentity({ privilege: 'admin', outsideTrust: 'anyone' }),
    { result: 'fail', reason: 'admin', severity: 'critical' },
  ],
  [
    'an AI that may do everything is worse',
    anIdentity({ privilege: 'admin', aiUse: 'yes' }),
    { result: 'fail', reason: 'admin', severity: 'critical' },
  ],
  [
    'a use case that is not approved allows nothing',
    anIdentity({ privilege: 'admin', aiUse: 'yes', useCasesUnapproved: 1 }),
    { result: 'fail', reason: 'admin' },
  ],
  [
    'in a sandbox a service may do everything',
    anIdentity({ privilege: 'admin', environment: 'sandbox' }),
    { result: 'pass' },
  ],
  [
    'an AI may not, not even there',
    anIdentity({ privilege: 'admin', environment: 'sandbox', aiUse: 'yes' }),
    { result: 'fail', severity: 'critical' },
  ],
  [
    'an environment that nobody knows is no sandbox',
    anIdentity({ privilege: 'admin', environment: null }),
    { result: 'fail', reason: 'admin' },
  ],
  [
    'what is not known to be a person is judged',
    anIdentity({ privilege: 'admin', nature: 'undetermined' }),
    { result: 'fail', reason: 'admin' },
  ],
  ['what it may do is not known', anIdentity({ privilege: 'unknown' }), { result: 'not-evaluated' }],

  // Look-alikes.
  [
    'for emergencies it must be admin',
    anIdentity({ privilege: 'admin', ...approved({}) }),
    { result: 'not-applicable' },
  ],
  [
    'as long as that is approved',
    anIdentity({ privilege: 'admin', ...approved({ approvedUntil: new Date(at(9)).toISOString() }) }),
    { result: 'not-applicable', until: at(9) },
  ],
  [
    'an emergency that nobody approved is none',
    anIdentity({ privilege: 'admin', ...approved({ approvedBy: null }) }),
    { result: 'fail', reason: 'admin' },
  ],
  [
    'a standby is no emergency',
    anIdentity({ privilege: 'admin', ...approved({ pattern: 'standby' }) }),
    { result: 'fail', reason: 'admin' },
  ],
  [
    'what the cloud provider made may be what it must',
    anIdentity({ privilege: 'admin', managedBy: 'cloud-provider' }),
    { result: 'not-applicable' },
  ],
  [
    'the members of a group are judged',
    anIdentity({ privilege: 'admin', identityKind: 'group' }),
    { result: 'not-applicable' },
  ],
  [
    'the root of an account cannot have less',
    anIdentity({ privilege: 'admin', identityKind: 'root' }),
    { result: 'not-applicable' },
  ],
  [
    'what a person may do is another matter',
    anIdentity({ privilege: 'admin', nature: 'human' }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled identity is out of scope',
    anIdentity({ privilege: 'admin', identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
]);
