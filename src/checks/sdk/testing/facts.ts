import type { AgentFacts, CredentialFacts, GrantFacts, IdentityContext, IdentityFacts, OwnershipFacts, PersonFacts, PersonStanding, SourceFacts, UseCaseFacts, Where } from '../facts.js';
import { at } from './describe-check.js';

export const aPerson = (over: Partial<PersonStanding> = {}): PersonStanding => ({ name: 'Sample Person 01', status: 'active', leavesAt: null, ...over });

const where: Where = { id: '00000000-0000-7000-8000-000000000001', sourceId: '00000000-0000-7000-8000-0000000000aa', scopeId: '00000000-0000-7000-8000-0000000000bb', resourceType: 'aws.user', connector: 'aws-iam', collectionId: null, firstSeenAt: at(-400) };
const context: IdentityContext = {
  identityKind: 'user', identityName: 'sample-service', identityStatus: 'active', nature: 'non-human', managedBy: 'us', custody: 'self-held', environment: 'production', unitId: null,
  aiUse: 'no', privilege: 'read', outsideTrust: 'none', expectedUse: null, tags: {}, risk: 'moderate', useCasesApproved: 0, useCasesUnapproved: 0, agents: 0, useCaseRisk: null,
};
const owned: OwnershipFacts = { peopleKnown: true, ownershipState: 'accepted', owner: aPerson(), deputies: [], ownerTeam: null };

/** An active service account that is used, owned and modest. */
export const anIdentity = (over: Partial<IdentityFacts> = {}): IdentityFacts => ({
  ...where, ...context, ...owned,
  createdAt: at(-400), lastUsedAt: at(-1), useKnownSince: at(-400), useKnownUntil: at(0),
  liveCredentials: 1, liveCredentialsTellingUse: 1, livePasswords: 0, passwordLastUsedAt: null, passwordUseKnownSince: null, liveProgrammaticCredentials: 1,
  privilegeBecause: [], escalation: [], outsideTrusts: [], hasTrusts: false, ...over,
});

/** An active access key, ten days old and used yesterday. */
export const aCredential = (over: Partial<CredentialFacts> = {}): CredentialFacts => ({
  ...where, ...context, ...owned,
  resourceType: 'aws.access-key', identityId: '00000000-0000-7000-8000-000000000002', kind: 'access-key', name: 'AKIA...0001', status: 'active',
  issuedAt: at(-10), expiresAt: null, rotatedAt: at(-10), rotatedBasis: 'created', canExpire: false, canDisable: true, tellsLastUse: true, slots: null, aiService: false,
  knownLeaked: null, replacedAt: null, isRoot: false, federationAvailable: false, lastUsedAt: at(-1), useKnownSince: at(-10), useKnownUntil: at(0), ...over,
});

export const aGrant = (over: Partial<GrantFacts> = {}): GrantFacts => ({
  ...where, ...context, resourceType: 'aws.grant', identityId: '00000000-0000-7000-8000-000000000002', entitlement: 'ReadOnlyAccess', grantPrivilege: 'read', grantAiService: false, via: null,
  lastUsedAt: at(-1), useKnownSince: at(-400), useKnownUntil: at(0), unusedServices: [], ...over,
});

/** A source read an hour ago, whole. */
export const aSource = (over: Partial<SourceFacts> = {}): SourceFacts => ({
  id: '00000000-0000-7000-8000-0000000000aa', name: 'sample source', connector: 'aws-iam', status: 'complete', createdAt: at(-400), scheduled: true,
  lastCompleteAt: at(0, -3_600_000), lastReadAt: at(0, -3_600_000), gaps: [], unreadableScopes: [], countMismatches: [], ...over,
});

export const aUseCase = (over: Partial<UseCaseFacts> = {}): UseCaseFacts => ({
  id: '00000000-0000-7000-8000-0000000000cc', name: 'sample use case', status: 'approved', createdAt: at(-100), digestMatchesApproval: true, sponsor: aPerson(), dataScope: ['internal'],
  likelihood: 2, consequence: 2, riskLevel: 'low', euAiActClass: 'minimal', loggingStandard: 'standard', approves: aPerson(), monitors: aPerson(), remediates: aPerson(), controlObjective: 'sample',
  reviewCadenceDays: 365, reviewDueAt: at(265), approvedAt: at(-100), liveIdentities: 1, unitId: null, ...over,
});

export const anAgent = (over: Partial<AgentFacts> = {}): AgentFacts => ({
  id: '00000000-0000-7000-8000-0000000000dd', name: 'sample agent', status: 'active', createdAt: at(-100), owner: aPerson(), useCasesApproved: 1, useCasesUnapproved: 0, liveIdentities: 1,
  hasModel: true, hasPrompt: true, tools: 1, guardrails: 1, ...over,
});

export const aPersonSubject = (over: Partial<PersonFacts> = {}): PersonFacts => ({ id: '00000000-0000-7000-8000-0000000000ee', ...aPerson(), ownedIdentities: 0, ...over });
