import { aiServicesNamedIn, isAiService } from './ai-services.js';
import { type CatalogueAction, everyAction, expand } from './catalogue.js';
import { type Allowing, type AppliedPolicy, Effective, isUniversal, type Reach, speaksOf } from './effective.js';
import { openPaths } from './escalation.js';
import { isPattern } from './glob.js';

/** How far policies reach together, and what they speak of. */
export interface Judgement {
  readonly level: 'admin' | 'privileged' | 'write' | 'read' | 'none';
  readonly because: readonly string[];
  readonly notConsidered: readonly string[];
  readonly escalation: readonly string[];
  /** Namespaces of the services something is allowed in; 'all' = a wildcard over services. */
  readonly services: readonly string[] | 'all';
  /** AI services allowed by name, and by which policy: "AmazonBedrockFullAccess names bedrock". */
  readonly ai: readonly string[];
  /** Nothing allowed could be an AI service. */
  readonly excludesAi: boolean;
}

export interface Judged {
  readonly policies: readonly AppliedPolicy[];
  readonly boundary?: AppliedPolicy | null;
}

const RANK = { none: 0, read: 1, write: 2, privileged: 3, admin: 4 } as const;
type Level = keyof typeof RANK;
const REASONS = 4;

const judged = new Map<string, Promise<Judgement>>();
const KEPT = 4_000;

/** Judges policies that apply together. The same texts are judged once. */
export function judge(what: Judged): Promise<Judgement> {
  const key = [
    ...what.policies.map(({ name, document }) => `${name}=${document.digest}`).sort(),
    what.boundary ? `within ${what.boundary.document.digest}` : '',
  ].join('\n');
  const known = judged.get(key);
  if (known) return known;
  if (judged.size >= KEPT) judged.delete(judged.keys().next().value!);
  const judgement = judgeAnew(what);
  judged.set(key, judgement);
  return judgement;
}

async function judgeAnew({ policies, boundary }: Judged): Promise<Judgement> {
  const effective = new Effective(policies, boundary ? new Effective([boundary]) : null);
  const spoken = servicesOf(effective);
  const about = {
    services: spoken,
    ai: policies.flatMap(({ name, document }) =>
      aiServicesNamedIn(document.statements).map((service) => `policy ${name} names ${service}`),
    ),
    excludesAi: spoken !== 'all' && !spoken.some(isAiService),
  };
  if (effective.isUnlimited) {
    const { policy } = effective.allows.find(({ statement }) => isUniversal(statement))!;
    return {
      level: 'admin',
      because: [`policy ${policy} allows every action on every resource`],
      notConsidered: [...effective.notes].sort(),
      escalation: [],
      ...about,
    };
  }
  const found = new Findings();
  const paths = openPaths(effective);
  for (const { sentence, leadsTo } of paths) if (leadsTo !== 'write') found.add(leadsTo, sentence);
  if (policies.length > 1 && effective.isPlain) await addUp(policies, effective, found);
  else await judgeActions(effective, found);
  return {
    level: found.level,
    because: found.because,
    notConsidered: [...effective.notes].sort(),
    escalation: paths.map(({ sentence }) => sentence),
    ...about,
  };
}

/** The highest level seen, and the first few reasons for it. */
class Findings {
  level: Level = 'none';
  private readonly reasons: Record<Level, Set<string>> = {
    none: new Set(),
    read: new Set(),
    write: new Set(),
    privileged: new Set(),
    admin: new Set(),
  };

  /** Whether a further reason for this level would be kept. */
  wants(level: Level): boolean {
    return RANK[level] >= RANK[this.level] && this.reasons[level].size < REASONS;
  }

  add(level: Level, reason: string): void {
    if (!this.wants(level)) return;
    this.level = level;
    this.reasons[level].add(reason);
  }

  get because(): string[] {
    return this.level === 'none' ? ['no policy allows anything'] : [...this.reasons[this.level]];
  }
}

/** Where nothing takes anything away, several policies reach as far as the furthest of them, or as a way they open together. */
async function addUp(policies: readonly AppliedPolicy[], effective: Effective, found: Findings): Promise<void> {
  for (const policy of policies) {
    const { level, because, notConsidered } = await judge({ policies: [policy] });
    if (level !== 'none') for (const reason of because) found.add(level, reason);
    for (const note of notConsidered) effective.notes.add(note);
  }
}

async function judgeActions(effective: Effective, found: Findings): Promise<void> {
  for (const allow of effective.allows) {
    for (const { action, pattern } of await candidates(allow, effective)) {
      // Most actions of a policy change nothing any more once a few are seen.
      if (!found.wants(highestOf(action))) continue;
      const reach = effective.reachThrough(allow, action.key);
      if (reach === null) continue;
      const [level, why] = levelOf(action, reach);
      if (!found.wants(level)) continue;
      const through = pattern === action.key || pattern === null ? '' : ` (${pattern})`;
      found.add(level, `policy ${allow.policy} allows ${action.name}${through}${why}`);
    }
  }
}

/** What one statement may allow. With a boundary that names less than the statement, the boundary's actions are enough. */
async function candidates(
  { statement }: Allowing,
  effective: Effective,
): Promise<{ action: CatalogueAction; pattern: string | null }[]> {
  const expandAll = async (patterns: readonly string[]) => {
    const all: { action: CatalogueAction; pattern: string | null }[] = [];
    for (const pattern of patterns) {
      const { actions, isUnknown } = await expand(pattern);
      if (isUnknown) effective.notes.add(`${pattern} is not in the catalogue of actions (judged by its verb)`);
      for (const action of actions) all.push({ action, pattern });
    }
    return all;
  };
  if (!statement.isNotAction && !isUniversal(statement)) return expandAll(statement.actions);
  const bounds = effective.boundary?.allows ?? [];
  const isNarrow =
    bounds.length > 0 && bounds.every((bound) => !bound.statement.isNotAction && !isUniversal(bound.statement));
  const all = isNarrow
    ? await expandAll(bounds.flatMap((bound) => bound.statement.actions))
    : (await everyAction()).map((action) => ({ action, pattern: null }));
  return all.filter(({ action }) => speaksOf(statement, action.key));
}

const SECRETS = ['secretsmanager:getsecretvalue', 'secretsmanager:batchgetsecretvalue'];

/** The most an action can be, however much it is allowed on. */
const highestOf = ({ key, level }: CatalogueAction): Level =>
  key === 'sts:assumerole' || SECRETS.includes(key) ? 'privileged' : level;

/** The level of one action where it is allowed, with what makes it that. */
function levelOf({ key, level }: CatalogueAction, reach: Reach): [Level, string] {
  if (key === 'sts:assumerole' && reach === 'all') return ['privileged', ': it may become any role that lets it in'];
  if (SECRETS.includes(key) && reach === 'all') return ['privileged', ': it reads every secret'];
  if (level !== 'privileged') return [level, ''];
  return reach === 'own' ? ['write', ' on itself'] : ['privileged', ': it manages who may do what'];
}

function servicesOf(effective: Effective): readonly string[] | 'all' {
  const named = new Set<string>();
  for (const { statement } of effective.allows) {
    if (statement.isNotAction || isUniversal(statement)) return 'all';
    for (const action of statement.actions) {
      const service = action.split(':')[0]!;
      if (isPattern(service)) {
        if (/^\*/.test(service)) return 'all';
        named.add(service.replace(/\*+$/, ''));
      } else named.add(service);
    }
  }
  return [...named].sort();
}
