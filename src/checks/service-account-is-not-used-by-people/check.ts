import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  earliest,
  excusesIdleness,
  fail,
  iso,
  notApplicable,
  notEvaluated,
  notGoverned,
  pass,
  plus,
} from '../sdk/index.js';

/**
 * Judges the passwords of what is not a person's own account; `credential-is-used` judges those of people. Of a service
 * account the password itself is wrong, of a mixed account that two live in it: the reasons exclude each other by nature.
 */
export default defineCheck({
  id: 'service-account-is-not-used-by-people',
  code: 'NHI-HUM-01',
  version: 1,
  title: 'People do not sign in with the identity of a machine',
  risk: 'What a person does in the name of a machine cannot be traced to them, survives their leaving, and hides whoever stole the credential.',
  remediation:
    'Take the password away and give the people who need access their own. Where one account serves a person and machines, give the machines an identity of their own.',
  severity: 'high',
  subject: 'identity',
  facts: [
    'livePasswords',
    'passwordLastUsedAt',
    'liveProgrammaticCredentials',
    'expectedUse',
    'firstSeenAt',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: ['*.password'],
  controls: controlsOf('NHI-HUM-01', 'partial'),
  parameters: { signInWithinDays: 30 },
  parameterSchema: z.strictObject({ signInWithinDays: z.number().min(1).max(3660) }),
  parameterNotes: {
    signInWithinDays: {
      unit: 'days',
      source: 'ours: a sign-in in the last month counts as use by people; without one, the password is only a way in',
      organisationDecides: true,
    },
  },
  evaluate(facts, { signInWithinDays }, now) {
    const {
      identityKind,
      nature,
      livePasswords,
      passwordLastUsedAt,
      liveProgrammaticCredentials,
      expectedUse,
      firstSeenAt,
    } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (identityKind === 'root') return notApplicable('the root of an account is for people');
    if (expectedUse?.pattern === 'break-glass') {
      const excuse = excusesIdleness(expectedUse, now);
      if (excuse.excused) return notApplicable('approved for people in emergencies', excuse.until);
    }
    if (nature === 'undetermined') return notEvaluated('whether a person or a machine uses it');
    const recentUntil = passwordLastUsedAt === null ? now : plus(passwordLastUsedAt, days(signInWithinDays));
    if (livePasswords === 0) return pass();
    const evidence = {
      passwords: livePasswords,
      passwordLastUsedAt: iso(passwordLastUsedAt),
      otherCredentials: liveProgrammaticCredentials,
    };
    if (nature === 'mixed') {
      if (liveProgrammaticCredentials === 0) return pass();
      if (now < recentUntil)
        return fail('person-and-machine', firstSeenAt, evidence, { severity: 'medium', until: recentUntil });
      return fail('person-and-machine', firstSeenAt, evidence, { severity: 'low' });
    }
    if (now < recentUntil)
      return fail('interactive-sign-in', earliest(passwordLastUsedAt, now)!, evidence, { until: recentUntil });
    return fail('can-sign-in', firstSeenAt, evidence, { severity: 'medium' });
  },
});
