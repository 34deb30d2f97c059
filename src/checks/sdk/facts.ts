import type { Instant } from './check.js';

/** What is checked. */
export const SUBJECT_TYPES = ['identity', 'credential', 'grant', 'use-case', 'agent', 'person', 'source'] as const;
export type SubjectType = (typeof SUBJECT_TYPES)[number];

export type PrivilegeLevel = 'admin' | 'privileged' | 'write' | 'read' | 'none' | 'unknown';
export type RiskLevel = 'low' | 'moderate' | 'high' | 'critical';

/** A person as far as answering for something goes. */
export interface PersonStanding {
  readonly name: string;
  readonly status: 'active' | 'leave' | 'left';
  /** The end of the last working day, where it is known; it may lie ahead. */
  readonly leavesAt: Instant | null;
}

export interface ExpectedUseFact {
  readonly pattern: 'continuous' | 'scheduled' | 'seasonal' | 'standby' | 'break-glass';
  readonly nextDueAt?: string | null;
  /** How often it is due again after that; absent = that once. */
  readonly everyDays?: number | null;
  readonly approvedAt?: string | null;
  readonly approvedBy?: string | null;
  readonly approvedUntil?: string | null;
}

/** The span in which a use would be known, and the last use in it. Null = unknown, never "never". */
export interface UseFacts {
  readonly lastUsedAt: Instant | null;
  readonly useKnownSince: Instant | null;
  readonly useKnownUntil: Instant | null;
}

/** What is known of an identity, wherever it is asked about: as a subject, and as the holder of a credential. */
export interface IdentityContext {
  readonly identityKind: string;
  readonly identityName: string;
  readonly identityStatus: 'active' | 'disabled' | 'unknown';
  readonly nature: 'human' | 'non-human' | 'mixed' | 'undetermined';
  readonly managedBy: 'us' | 'cloud-provider' | 'platform' | 'vendor';
  readonly custody: 'self-held' | 'assumable' | 'platform-held' | 'vendor-held' | 'unknown';
  readonly environment: string | null;
  readonly unitId: string | null;
  /** The account it lies in, by the account's own id. */
  readonly account: string | null;
  readonly aiUse: 'yes' | 'no' | 'unknown';
  readonly privilege: PrivilegeLevel;
  readonly outsideTrust: 'none' | 'vendor' | 'outside' | 'anyone' | 'unknown';
  readonly expectedUse: ExpectedUseFact | null;
  readonly tags: Readonly<Record<string, string>>;
  /** Null = unrated. */
  readonly risk: RiskLevel | null;
  /** Live use cases and agents it serves, by how far they are approved. */
  readonly useCasesApproved: number;
  readonly useCasesUnapproved: number;
  readonly agents: number;
  /** Highest rating of its approved use cases. */
  readonly useCaseRisk: RiskLevel | null;
}

/** Who answers for an identity. */
export interface OwnershipFacts {
  /** False = no people source has ever been read, so nobody can be judged. */
  readonly peopleKnown: boolean;
  readonly ownershipState: 'proposed' | 'provisional' | 'accepted' | null;
  readonly owner: PersonStanding | null;
  readonly deputies: readonly PersonStanding[];
  readonly ownerTeam: string | null;
  /** When the owner was named; null while nobody is. */
  readonly ownerAssignedAt: Instant | null;
}

export interface Where {
  readonly id: string;
  readonly sourceId: string;
  readonly scopeId: string | null;
  readonly resourceType: string | null;
  readonly connector: string | null;
  readonly collectionId: string | null;
  /** When we first saw it. */
  readonly firstSeenAt: Instant;
}

/** Use of an identity by whatever it holds: its own records and those of its credentials together. */
export interface AnyUseFacts {
  readonly anyUsedAt: Instant | null;
  /** The span in which no use could have gone unseen; null where one could. */
  readonly anyUseKnownSince: Instant | null;
  readonly anyUseKnownUntil: Instant | null;
  /** Uses up to here were looked at by somebody; null = none was. */
  readonly useReviewedUntil: Instant | null;
}

/** One grant of an identity that lets it change something. */
export interface HeldPrivilege extends UseFacts {
  readonly name: string;
  readonly privilege: 'admin' | 'privileged' | 'write';
  readonly firstSeenAt: Instant;
}

export interface IdentityFacts extends Where, IdentityContext, OwnershipFacts, UseFacts, AnyUseFacts {
  /** When the source made it; null = the source does not say. */
  readonly createdAt: Instant | null;
  /**
   * Credentials of it that live and could be used. All counts leave out only what its source has switched off, and what
   * it calls expired without telling when. What the clock ends is told by the instants beside them: time moves no fact.
   */
  readonly liveCredentials: number;
  /** Of those, the ones whose use the source tells. */
  readonly liveCredentialsTellingUse: number;
  /** When the last of these expires; null = one of them does not, or there is none. */
  readonly credentialsTellingUseEndAt: Instant | null;
  /** Live credentials of it that open an AI service. */
  readonly liveAiCredentials: number;
  /** When the last of these expires; null = one of them does not, or there is none. */
  readonly aiCredentialsEndAt: Instant | null;
  readonly livePasswords: number;
  readonly passwordLastUsedAt: Instant | null;
  readonly passwordUseKnownSince: Instant | null;
  /** Credentials other than passwords. */
  readonly liveProgrammaticCredentials: number;
  readonly privilegeBecause: readonly string[];
  readonly escalation: readonly string[];
  /** Principals that may become it from outside, with what pins them down. */
  readonly outsideTrusts: readonly {
    readonly principal: string;
    readonly standing: 'vendor' | 'outside' | 'anyone' | 'unknown';
    readonly narrowed: boolean;
    readonly account: string | null;
  }[];
  /** Whether the trusts of it could be read at all: only some kinds of identity have any. */
  readonly hasTrusts: boolean;
  /** Accounts of our own that may become it as a whole, unnarrowed, with the environment each of them belongs to. */
  readonly trustedAccounts: readonly { readonly account: string; readonly environment: string }[];
  /** What it holds beyond reading, with the use of each: the first hundred by name. */
  readonly heldPrivileges: readonly HeldPrivilege[];
  /** Use cases and agents it served that are retired by now. */
  readonly retiredPurposes: number;
  /** When the last of these was retired; null = none was. */
  readonly lastRetiredAt: Instant | null;
}

export interface CredentialFacts extends Where, IdentityContext, OwnershipFacts, UseFacts {
  readonly identityId: string;
  readonly kind: string;
  readonly name: string;
  readonly status: 'active' | 'disabled' | 'expired' | 'unknown';
  readonly issuedAt: Instant | null;
  readonly expiresAt: Instant | null;
  readonly rotatedAt: Instant | null;
  readonly rotatedBasis: 'source' | 'created' | 'log' | 'unknown';
  readonly canExpire: boolean;
  readonly canDisable: boolean;
  readonly tellsLastUse: boolean;
  readonly slots: number | null;
  readonly aiService: boolean;
  readonly knownLeaked: string | null;
  /** Issue of the newest live credential of the same kind and identity that was issued after this one; null = none. */
  readonly replacedAt: Instant | null;
  /** Its identity is the account's root. */
  readonly isRoot: boolean;
  /** Its identity works where it could prove itself without a stored secret (a federation provider or role exists in its scope). */
  readonly federationAvailable: boolean;
  /** Where it is kept and what uses it, as far as anybody tells: the first fifty. */
  readonly consumers: readonly { readonly kind: string; readonly locator: string }[];
}

export interface GrantFacts extends Where, IdentityContext {
  readonly identityId: string;
  readonly entitlement: string;
  readonly grantPrivilege: PrivilegeLevel;
  readonly grantAiService: boolean;
  readonly via: string | null;
  readonly lastUsedAt: Instant | null;
  readonly useKnownSince: Instant | null;
  readonly useKnownUntil: Instant | null;
  readonly unusedServices: readonly string[];
}

export interface UseCaseFacts {
  readonly id: string;
  readonly name: string;
  readonly status: 'draft' | 'approved' | 'rejected' | 'retired';
  readonly createdAt: Instant;
  readonly digestMatchesApproval: boolean;
  readonly sponsor: PersonStanding | null;
  readonly dataScope: readonly string[];
  readonly likelihood: number | null;
  readonly consequence: number | null;
  readonly riskLevel: RiskLevel | null;
  readonly euAiActClass: string | null;
  readonly loggingStandard: string | null;
  readonly approves: PersonStanding | null;
  readonly monitors: PersonStanding | null;
  readonly remediates: PersonStanding | null;
  readonly controlObjective: string | null;
  readonly reviewCadenceDays: number | null;
  readonly reviewDueAt: Instant | null;
  readonly approvedAt: Instant | null;
  readonly liveIdentities: number;
  readonly unitId: string | null;
  readonly permittedActions: number;
  readonly outputUsers: string | null;
  /** The person who answers for its purpose is the one who approves it. */
  readonly sponsorIsApprover: boolean;
  /** How many different people approved it as it now stands. */
  readonly approvers: number;
}

export interface AgentFacts {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'retired';
  readonly createdAt: Instant;
  readonly owner: PersonStanding | null;
  readonly useCasesApproved: number;
  readonly useCasesUnapproved: number;
  readonly liveIdentities: number;
  readonly hasModel: boolean;
  readonly hasPrompt: boolean;
  readonly tools: number;
  readonly guardrails: number;
  /** Parts of it that carry neither a version nor a digest. */
  readonly unpinnedParts: readonly string[];
}

export interface PersonFacts extends PersonStanding {
  readonly id: string;
  readonly ownedIdentities: number;
  /** When we first heard of them. */
  readonly knownSince: Instant;
}

export interface SourceFacts {
  readonly id: string;
  readonly name: string;
  readonly connector: string;
  readonly status: 'never-read' | 'complete' | 'partial' | 'failed' | 'held';
  readonly createdAt: Instant;
  /** Whether it is read on schedule; a file is read when somebody brings one. */
  readonly scheduled: boolean;
  readonly lastCompleteAt: Instant | null;
  readonly lastReadAt: Instant | null;
  readonly gaps: readonly {
    readonly scope: string;
    readonly resourceType: string;
    readonly reason: string;
    readonly permission: string | null;
    readonly since: string;
  }[];
  readonly unreadableScopes: readonly { readonly scope: string; readonly name: string; readonly since: string }[];
  readonly countMismatches: readonly {
    readonly scope: string;
    readonly resourceType: string;
    readonly stated: number;
    readonly collected: number;
  }[];
  /** Identities of it that somebody has to answer for, and of which nobody knows the environment. */
  readonly withoutEnvironment: number;
}

export interface FactsOf {
  readonly identity: IdentityFacts;
  readonly credential: CredentialFacts;
  readonly grant: GrantFacts;
  readonly 'use-case': UseCaseFacts;
  readonly agent: AgentFacts;
  readonly person: PersonFacts;
  readonly source: SourceFacts;
}
