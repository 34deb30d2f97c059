import { z } from 'zod';
import { controlsOf, defineCheck, earliest, fail, type Instant, listed, notEvaluated, pass } from '../sdk/index.js';

/** One of its reasons, the one that hides most: whole scopes, then types within scopes, then single rows. */
export default defineCheck({
  id: 'source-population-is-complete',
  code: 'NHI-INV-01',
  version: 1,
  title: 'Sources are read whole',
  risk: 'What could not be read is in no list, passes no check and is reviewed by nobody, and it is not known how much that is.',
  remediation:
    'Grant the permissions named in the evidence, or record why they are withheld. Where the numbers differ, read again; if they still do, the connector or the source is wrong.',
  severity: 'high',
  subject: 'source',
  facts: ['createdAt', 'lastCompleteAt', 'lastReadAt', 'unreadableScopes', 'gaps', 'countMismatches'],
  reads: [],
  controls: controlsOf('NHI-INV-01', 'partial'),
  parameters: { toleratedDifference: 0 },
  parameterSchema: z.strictObject({ toleratedDifference: z.number().min(0).max(1_000_000) }),
  parameterNotes: {
    toleratedDifference: {
      unit: 'count',
      source:
        'ours: what a source counts and what it lists should be the same; allow for some where it changes while it is read',
      organisationDecides: true,
    },
  },
  evaluate(
    { createdAt, lastCompleteAt, lastReadAt, unreadableScopes, gaps, countMismatches },
    { toleratedDifference },
    now,
  ) {
    const differing = countMismatches.filter(
      ({ stated, collected }) => Math.abs(stated - collected) > toleratedDifference,
    );
    const evidence = {
      ...listed(
        'scopes',
        unreadableScopes.map(({ scope, name }) => `${name} (${scope})`),
      ),
      ...listed(
        'types',
        gaps.map(
          ({ scope, resourceType, reason, permission }) =>
            `${resourceType} in ${scope}: ${permission === null ? reason : `${reason}, needs ${permission}`}`,
        ),
      ),
      ...listed(
        'counts',
        differing.map(
          ({ scope, resourceType, stated, collected }) =>
            `${resourceType} in ${scope}: ${stated} stated, ${collected} collected`,
        ),
      ),
    };
    if (unreadableScopes.length > 0) return fail('scope-unreadable', first(unreadableScopes, createdAt, now), evidence);
    if (gaps.length > 0) {
      // What the platform cannot tell at all is unseen too, but nobody can mend it.
      const mendable = gaps.some(({ reason }) => reason !== 'unsupported');
      return fail('types-not-seen', first(gaps, createdAt, now), evidence, mendable ? {} : { severity: 'low' });
    }
    if (differing.length > 0) return fail('counts-differ', createdAt, evidence, { severity: 'medium' });
    if (lastCompleteAt === null && lastReadAt === null) return notEvaluated('it has never been read');
    return pass();
  },
});

/** Since when the first of them is missing, as far as that is told. */
function first(missing: readonly { readonly since: string }[], createdAt: Instant, now: Instant): Instant {
  const told = missing.map(({ since }) => Date.parse(since)).filter((at): at is Instant => at <= now);
  return earliest(...told) ?? createdAt;
}
