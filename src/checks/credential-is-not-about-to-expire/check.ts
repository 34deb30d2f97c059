import { z } from 'zod';
import { controlsOf, days, defineCheck, fail, iso, notApplicable, outOfUse, pass, plus } from '../sdk/index.js';

/** Kinds of which one holder rightly has several at a time: a newer one there says nothing about an older one. */
const STANDS_BESIDE_OTHERS = ['personal-access-token', 'oauth-token', 'ssh-key', 'password', 'federated-trust'];

/**
 * Excludes `expired-credential-is-off` (that judges what has expired, this what has not) and the reason `no-expiry` of
 * `credential-has-expiry` (this needs an expiry).
 */
export default defineCheck({
  id: 'credential-is-not-about-to-expire',
  code: 'NHI-CRED-01',
  version: 1,
  title: 'Credentials are renewed before they expire',
  risk: 'When a credential expires unnoticed, everything that uses it stops at once, and it is replaced in a hurry and without review.',
  remediation:
    'Make its successor now, move every consumer to it, and let this one expire or switch it off. If nothing needs it any more, remove it.',
  severity: 'medium',
  subject: 'credential',
  facts: [
    'kind',
    'nature',
    'managedBy',
    'status',
    'identityStatus',
    'expiresAt',
    'issuedAt',
    'rotatedAt',
    'replacedAt',
  ],
  reads: [],
  controls: controlsOf('NHI-CRED-01', 'supporting'),
  parameters: {
    firstWarningDays: 30,
    secondWarningDays: 14,
    lastWarningDays: 7,
    warningShare: 0.333,
    renewsItselfDays: 7,
  },
  parameterSchema: z.strictObject({
    firstWarningDays: z.number().min(1).max(366),
    secondWarningDays: z.number().min(0).max(366),
    lastWarningDays: z.number().min(0).max(366),
    warningShare: z.number().min(0.01).max(1),
    renewsItselfDays: z.number().min(0).max(366),
  }),
  parameterNotes: {
    firstWarningDays: {
      unit: 'days',
      source: 'ours: a month to plan the change; severity low',
      organisationDecides: true,
    },
    secondWarningDays: {
      unit: 'days',
      source: 'ours: two weeks, the overlap a rotation needs; severity medium',
      organisationDecides: true,
    },
    lastWarningDays: { unit: 'days', source: 'ours: the last working week; severity high', organisationDecides: true },
    warningShare: {
      unit: 'share',
      source:
        'ours: where a third of the life is less than the first warning, all warnings shrink with it, so that a token of 30 days is not warned about from its first day',
      organisationDecides: true,
    },
    renewsItselfDays: {
      unit: 'days',
      source: 'ours: nobody renews by hand every week, so what lives no longer renews itself or ends on purpose',
      organisationDecides: true,
    },
  },
  evaluate(
    { kind, nature, managedBy, status, identityStatus, expiresAt, issuedAt, rotatedAt, replacedAt },
    { firstWarningDays, secondWarningDays, lastWarningDays, warningShare, renewsItselfDays },
    now,
  ) {
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    const out = outOfUse({ status, identityStatus, expiresAt }, now);
    if (out !== undefined) return notApplicable(out);
    if (expiresAt === null) return notApplicable('it does not expire');
    if (kind === 'password' && nature === 'human') return notApplicable('people renew their own passwords');
    const born = rotatedAt ?? issuedAt;
    const life = born !== null && born < expiresAt ? expiresAt - born : Infinity;
    if (life <= days(renewsItselfDays)) return notApplicable('so short-lived that it renews itself or ends on purpose');
    const scale = Math.min(1, (life * warningShare) / days(firstWarningDays));
    const before = (warningDays: number) => plus(expiresAt, -Math.round(days(warningDays) * scale));
    const [first, second, last] = [before(firstWarningDays), before(secondWarningDays), before(lastWarningDays)];
    if (now < first) return pass(first);
    // Made since the warning began: its successor is there. Whether the old one goes is asked by `rotation-is-finished`.
    if (replacedAt !== null && replacedAt >= first && !STANDS_BESIDE_OTHERS.includes(kind))
      return notApplicable('its successor has been made');
    const evidence = { expiresAt: iso(expiresAt), issuedAt: iso(born), replacedAt: iso(replacedAt) };
    if (now >= last) return fail('expires-soon', first, evidence, { severity: 'high', until: expiresAt });
    if (now >= second) return fail('expires-soon', first, evidence, { severity: 'medium', until: last });
    return fail('expires-soon', first, evidence, { severity: 'low', until: second });
  },
});
