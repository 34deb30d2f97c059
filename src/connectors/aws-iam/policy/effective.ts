import type { Condition, PolicyDocument, Statement } from './document.js';
import { covers, fits, isPattern } from './glob.js';

/** On how much an action is allowed: on everything there is, on some of it, or on the holder itself only. */
export type Reach = 'all' | 'some' | 'own';

const ORDER: Record<Reach, number> = { own: 0, some: 1, all: 2 };
export const atLeast = (reach: Reach | null, wanted: Reach): boolean => reach !== null && ORDER[reach] >= ORDER[wanted];
export const lesser = (one: Reach, other: Reach): Reach => (ORDER[one] <= ORDER[other] ? one : other);

/** A policy that applies to somebody, under the name a person knows it by. */
export interface AppliedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}

/** One statement that allows something, ready to be asked. */
export interface Allowing {
  readonly policy: string;
  readonly statement: Statement;
  /** iam:PassedToService, where it is pinned. */
  readonly passedTo: readonly string[] | null;
}

/** Condition keys that narrow what an action may be done to, rather than who does it and how. */
const NARROWS_TARGET =
  /^(?:iam:policyarn|iam:permissionsboundary|iam:associatedresourcearn|(?:aws|iam|[a-z0-9-]+):resourcetag\/.+|aws:requesttag\/.+|aws:resourceaccount|secretsmanager:secretid)$/i;
const SELF = /\$\{aws:(?:username|userid)\}/i;

/**
 * What a set of policies allows together. Where something cannot be decided it is taken to be allowed, and `notes` says
 * so: a Deny that depends on conditions takes nothing away, a condition on an Allow is taken to hold.
 */
export class Effective {
  readonly allows: readonly Allowing[];
  private readonly denies: readonly Statement[];
  readonly notes = new Set<string>();

  constructor(
    policies: readonly AppliedPolicy[],
    readonly boundary: Effective | null = null,
  ) {
    const statements = policies.flatMap(({ name, document }) =>
      document.statements.map((statement) => ({ policy: name, statement })),
    );
    this.allows = statements
      .filter(({ statement }) => statement.effect === 'Allow')
      .map((allow) => ({ ...allow, passedTo: passedTo(allow.statement.conditions) }));
    const denies = statements.filter(({ statement }) => statement.effect === 'Deny').map(({ statement }) => statement);
    this.denies = denies.filter((deny) => deny.conditions.length === 0 && !deny.isNotResource);
    for (const { conditions } of statements
      .filter(({ statement }) => statement.effect === 'Allow')
      .map(({ statement }) => statement)) {
      for (const { key } of conditions) this.notes.add(`condition ${key} on an Allow (taken to hold)`);
    }
    for (const deny of denies) {
      if (deny.isNotResource) this.notes.add('a Deny on all but some resources (taken not to apply)');
      for (const { key } of deny.conditions) this.notes.add(`condition ${key} on a Deny (taken not to apply)`);
    }
    if (this.allows.some(({ statement }) => statement.isNotResource))
      this.notes.add('resources left out by NotResource');
    for (const note of boundary?.notes ?? []) this.notes.add(`boundary: ${note}`);
  }

  /** Whether statements only add up: nothing is denied, nothing bounds. */
  get isPlain(): boolean {
    return this.denies.length === 0 && this.boundary === null;
  }

  /** Whether anything is allowed in a service at all; a quick no for what is far from these policies. */
  speaksOfService(service: string): boolean {
    return this.allows.some(({ statement }) => {
      const { byService, anywhere } = patternsOf(statement);
      return statement.isNotAction || anywhere.length > 0 || byService.has(service);
    });
  }

  /** Everything on everything, with nothing taken away. */
  get isUnlimited(): boolean {
    return (
      this.denies.length === 0 &&
      (this.boundary?.isUnlimited ?? true) &&
      this.allows.some(({ statement }) => isUniversal(statement) && reachOf(statement, '*') === 'all')
    );
  }

  /** On how much an action (in lower case) is allowed; null = not at all. `to` asks for a role handed to such a service. */
  reach(action: string, to?: readonly string[]): Reach | null {
    let best: Reach | null = null;
    for (const allow of this.allows) {
      if (!speaksOf(allow.statement, action)) continue;
      if (to && allow.passedTo && !to.some((service) => allow.passedTo!.some((pattern) => fits(pattern, service))))
        continue;
      const reach = this.reachThrough(allow, action);
      if (reach !== null && (best === null || ORDER[reach] > ORDER[best])) best = reach;
      if (best === 'all') break;
    }
    return best;
  }

  /** On how much one statement, which speaks of the action, allows it after what is denied and bounded. */
  reachThrough({ statement }: Allowing, action: string): Reach | null {
    if (this.denies.some((deny) => speaksOf(deny, action) && takesAway(deny, statement))) return null;
    const reach = reachOf(statement, action);
    if (!this.boundary) return reach;
    const bound = this.boundary.reach(action);
    return bound === null ? null : lesser(reach, bound);
  }
}

/** Whether a statement is about every action there is. */
export const isUniversal = (statement: Statement): boolean =>
  !statement.isNotAction && statement.actions.some((action) => action === '*' || action === '*:*');

export function speaksOf(statement: Statement, action: string): boolean {
  const { byService, anywhere } = patternsOf(statement);
  const named =
    (byService.get(action.split(':')[0]!) ?? []).some((pattern) => fits(pattern, action)) ||
    anywhere.some((pattern) => fits(pattern, action));
  return named !== statement.isNotAction;
}

/** Patterns of a statement by service, so that a policy of a thousand patterns is not walked for every action. */
interface Patterns {
  readonly byService: ReadonlyMap<string, readonly string[]>;
  readonly anywhere: readonly string[];
}
const patterns = new WeakMap<Statement, Patterns>();

function patternsOf(statement: Statement): Patterns {
  const known = patterns.get(statement);
  if (known) return known;
  const byService = new Map<string, string[]>();
  const anywhere: string[] = [];
  for (const pattern of statement.actions) {
    const service = pattern.split(':')[0]!;
    if (isPattern(service)) anywhere.push(pattern);
    else if (byService.has(service)) byService.get(service)!.push(pattern);
    else byService.set(service, [pattern]);
  }
  patterns.set(statement, { byService, anywhere });
  return { byService, anywhere };
}

function takesAway(deny: Statement, allow: Statement): boolean {
  if (deny.resources.length === 0 || deny.resources.includes('*')) return true;
  return (
    !allow.isNotResource &&
    allow.resources.length > 0 &&
    allow.resources.every((resource) => deny.resources.some((pattern) => covers(pattern, resource)))
  );
}

const reaches = new WeakMap<Statement, { becoming: Reach | null; other: Reach | null }>();

/** On how much a statement is, denials and boundaries apart. What a role is to sts:AssumeRole it is to no other action. */
function reachOf(statement: Statement, action: string): Reach {
  let known = reaches.get(statement);
  if (!known) reaches.set(statement, (known = { becoming: null, other: null }));
  return action === 'sts:assumerole'
    ? (known.becoming ??= reachAnew(statement, action))
    : (known.other ??= reachAnew(statement, action));
}

function reachAnew(statement: Statement, action: string): Reach {
  if (statement.conditions.some(({ key }) => NARROWS_TARGET.test(key))) return 'some';
  if (statement.isNotResource) return 'all';
  if (statement.resources.some((resource) => isEverything(resource, action))) return 'all';
  return statement.resources.length > 0 && statement.resources.every((resource) => SELF.test(resource))
    ? 'own'
    : 'some';
}

/** Whether a resource pattern leaves nothing out of what the action can be done to. */
function isEverything(resource: string, action: string): boolean {
  if (/^\*+$/.test(resource)) return true;
  const [arn, , service, , account, ...rest] = resource.split(':');
  if (arn !== 'arn' && arn !== '*') return false;
  const target = rest.join(':');
  // A role of one other account is not every role there is; for IAM's own actions no other account counts.
  if (action === 'sts:assumerole' && account !== '*') return false;
  return (
    target === '*' ||
    (service === 'iam' && /^(?:user|role|group|policy|\*)\/\*$/.test(target)) ||
    (service === 'lambda' && target === 'function:*')
  );
}

function passedTo(conditions: readonly Condition[]): readonly string[] | null {
  const pinned = conditions.filter(
    ({ key, operator }) =>
      key.toLowerCase() === 'iam:passedtoservice' &&
      /^(?:ForAnyValue:)?String(?:Equals|Like)(?:IgnoreCase)?(?:IfExists)?$/i.test(operator),
  );
  return pinned.length === 0 ? null : pinned.flatMap(({ values }) => values);
}
