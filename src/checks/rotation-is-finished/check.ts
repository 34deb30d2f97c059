import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  fail,
  iso,
  notApplicable,
  outOfUse,
  pass,
  plus,
  unlessEnded,
} from '../sdk/index.js';

export default defineCheck({
  id: 'rotation-is-finished',
  code: 'NHI-CRED-02',
  version: 1,
  title: 'A credential that was replaced is switched off',
  risk: 'As long as the old credential works, rotating it has changed nothing: whoever has a copy still gets in.',
  remediation:
    'Find who still uses the old one, move them to the new one, switch the old one off, and delete it once nothing has broken.',
  severity: 'high',
  subject: 'credential',
  facts: ['kind', 'managedBy', 'status', 'identityStatus', 'expiresAt', 'slots', 'replacedAt'],
  reads: [],
  controls: controlsOf('NHI-CRED-02', 'partial'),
  // It has been rotated already: what is left is to remove it.
  supersedes: ['credential-age-within-limit'],
  parameters: { overlapDays: 14, kinds: ['access-key', 'api-key', 'client-secret'] as readonly string[] },
  parameterSchema: z.strictObject({ overlapDays: z.number().min(0).max(366), kinds: z.array(z.string()) }),
  parameterNotes: {
    overlapDays: {
      unit: 'days',
      source: 'ours: two weeks show every consumer that runs at least weekly',
      organisationDecides: true,
    },
    kinds: {
      unit: 'list',
      source:
        'ours: kinds of which a second one means a rotation; of tokens, SSH keys and certificates one holder rightly has several',
      organisationDecides: true,
    },
  },
  evaluate({ kind, managedBy, status, identityStatus, expiresAt, slots, replacedAt }, { overlapDays, kinds }, now) {
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    if (!kinds.includes(kind)) return notApplicable('of this kind, several may stand side by side');
    if (slots !== null) return notApplicable('its platform always keeps a set of them');
    if (replacedAt === null) return notApplicable('nothing newer stands beside it');
    // Gone by whatever way: the rotation is over.
    if (outOfUse({ status, identityStatus, expiresAt }, now) !== undefined) return pass();
    const overlapEnds = plus(replacedAt, days(overlapDays));
    // An end that comes before that of the overlap finishes the rotation by itself.
    if (now < overlapEnds) return pass(unlessEnded(overlapEnds, expiresAt));
    const until = expiresAt ?? undefined;
    return fail(
      'old-one-still-live',
      overlapEnds,
      { replacedAt: iso(replacedAt), expiresAt: iso(expiresAt), overlapDays },
      { until },
    );
  },
});
