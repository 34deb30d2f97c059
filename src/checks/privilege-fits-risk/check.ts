import { z } from 'zod';
import {
  controlsOf,
  defineCheck,
  excusesIdleness,
  fail,
  notApplicable,
  notEvaluated,
  notGoverned,
  pass,
  type RiskLevel,
} from '../sdk/index.js';

const LEVELS = ['none', 'read', 'write', 'privileged', 'admin'] as const;
type Level = (typeof LEVELS)[number];
const ALLOWED: Readonly<Record<RiskLevel, Level>> = {
  low: 'read',
  moderate: 'write',
  high: 'privileged',
  critical: 'admin',
};
const rank = (level: Level): number => LEVELS.indexOf(level);

/** One of its two reasons at most: where an approved use case sets the limit, that one; elsewhere only `admin` is one. */
export default defineCheck({
  id: 'privilege-fits-risk',
  code: 'NHI-PRIV-01',
  version: 1,
  title: 'Identities may do no more than their use case or kind allows',
  risk: 'Whoever takes over the identity, or talks the agent behind it into something, may do all that it may do.',
  remediation:
    'Take away the grants named in the evidence, or replace them by ones that name the actions and resources needed. If the use case needs more, have it rated and approved accordingly.',
  severity: 'high',
  subject: 'identity',
  facts: [
    'privilege',
    'privilegeBecause',
    'escalation',
    'useCasesApproved',
    'useCaseRisk',
    'aiUse',
    'outsideTrust',
    'environment',
    'expectedUse',
    'firstSeenAt',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: ['*.grant', '*.managed-policy', '*.inline-policy', '*.group-membership'],
  controls: controlsOf('NHI-PRIV-01', 'partial'),
  parameters: {
    allowedByUseCaseRisk: ALLOWED,
    adminAllowedInEnvironments: ['sandbox'] as readonly string[],
  },
  parameterSchema: z.strictObject({
    allowedByUseCaseRisk: z.strictObject({
      low: z.enum(LEVELS),
      moderate: z.enum(LEVELS),
      high: z.enum(LEVELS),
      critical: z.enum(LEVELS),
    }),
    adminAllowedInEnvironments: z.array(z.string()),
  }),
  parameterNotes: {
    allowedByUseCaseRisk: {
      unit: 'level',
      source:
        'ours: the more an approved use case may do, the higher it must have been rated, and the more people approved it; unrated counts as moderate',
      organisationDecides: true,
    },
    adminAllowedInEnvironments: {
      unit: 'list',
      source: 'ours: where nothing real can be reached; never for what uses AI',
      organisationDecides: true,
    },
  },
  evaluate(facts, { allowedByUseCaseRisk, adminAllowedInEnvironments }, now) {
    const {
      identityKind,
      privilege,
      privilegeBecause,
      escalation,
      useCasesApproved,
      useCaseRisk,
      aiUse,
      outsideTrust,
      environment,
      expectedUse,
      firstSeenAt,
    } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (identityKind === 'root') return notApplicable('the root of an account cannot have less');
    if (expectedUse?.pattern === 'break-glass') {
      const excuse = excusesIdleness(expectedUse, now);
      if (excuse.excused) return notApplicable('approved for emergencies', excuse.until);
    }
    if (privilege === 'unknown') return notEvaluated('what it may do could not be worked out');
    const evidence = { privilege, because: privilegeBecause, escalation };
    if (useCasesApproved > 0) {
      const allowed = allowedByUseCaseRisk[useCaseRisk ?? 'moderate'];
      if (rank(privilege) <= rank(allowed)) return pass();
      return fail(
        'more-than-its-use-case-allows',
        firstSeenAt,
        { ...evidence, useCaseRisk, allowed },
        privilege === 'admin' ? { severity: 'critical' } : {},
      );
    }
    if (privilege !== 'admin') return pass();
    if (aiUse !== 'yes' && environment !== null && adminAllowedInEnvironments.includes(environment)) return pass();
    const worse = aiUse === 'yes' || outsideTrust === 'outside' || outsideTrust === 'anyone';
    return fail('admin', firstSeenAt, { ...evidence, aiUse, outsideTrust }, worse ? { severity: 'critical' } : {});
  },
});
