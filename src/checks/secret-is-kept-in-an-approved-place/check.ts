import { z } from 'zod';
import {
  controlsOf,
  defineCheck,
  earliest,
  fail,
  listed,
  notApplicable,
  notEvaluated,
  outOfUse,
  pass,
} from '../sdk/index.js';

const STORED_SECRETS = [
  'access-key',
  'api-key',
  'client-secret',
  'personal-access-token',
  'ssh-key',
  'service-credential',
];

/** Goes by where the credential was seen or declared to lie: the secret itself is never looked for or looked at. */
export default defineCheck({
  id: 'secret-is-kept-in-an-approved-place',
  code: 'NHI-CRED-07',
  version: 1,
  title: 'Stored secrets are kept where secrets may be kept',
  risk: 'A secret in code, a wiki or a chat is read by everybody who can read that, and found by whoever searches for it.',
  remediation: 'Rotate it, put the new one into an approved store only, and take the old one out of where it lies.',
  severity: 'high',
  subject: 'credential',
  facts: ['kind', 'managedBy', 'issuedAt', 'firstSeenAt', 'consumers', 'status', 'identityStatus', 'expiresAt'],
  reads: [],
  controls: controlsOf('NHI-CRED-07', 'partial'),
  parameters: {
    approvedPlaces: ['secret-store', 'vault', 'pipeline-secret', 'hardware'] as readonly string[],
    forbiddenPlaces: [
      'repository',
      'source-code',
      'configuration-file',
      'wiki',
      'chat',
      'ticket',
      'spreadsheet',
      'image',
    ] as readonly string[],
  },
  parameterSchema: z.strictObject({ approvedPlaces: z.array(z.string()), forbiddenPlaces: z.array(z.string()) }),
  parameterNotes: {
    approvedPlaces: {
      unit: 'list',
      source: 'ours: kinds of consumers that are made to keep secrets',
      organisationDecides: true,
    },
    forbiddenPlaces: {
      unit: 'list',
      source: 'ours: places that are made to be read',
      organisationDecides: true,
    },
  },
  evaluate(facts, { approvedPlaces, forbiddenPlaces }, now) {
    const { kind, managedBy, expiresAt, issuedAt, firstSeenAt, consumers } = facts;
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    const out = outOfUse(facts, now);
    if (out !== undefined) return notApplicable(out);
    if (!STORED_SECRETS.includes(kind)) return notApplicable('a credential of this kind is not a stored secret');
    const until = expiresAt ?? undefined;
    const exposed = consumers.filter((place) => forbiddenPlaces.includes(place.kind));
    if (exposed.length > 0)
      return fail(
        'forbidden-place',
        earliest(issuedAt ?? firstSeenAt, now)!,
        listed('places', [...new Set(exposed.map((place) => `${place.kind}: ${place.locator}`))]),
        { until },
      );
    if (consumers.some((place) => approvedPlaces.includes(place.kind))) return pass(until);
    return notEvaluated('where its secret is kept', until);
  },
});
