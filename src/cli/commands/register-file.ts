import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { Client } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { personId } from './inventory.js';

const part = z.strictObject({
  name: z.string(),
  version: z.string().optional(),
  digest: z.string().optional(),
  provider: z.string().optional(),
});
const identity = z.union([
  z.strictObject({ source: z.string(), externalId: z.string() }),
  z.strictObject({ source: z.string().optional(), name: z.string() }),
  z.strictObject({ id: z.uuid() }),
]);
const useCase = z.strictObject({
  name: z.string(),
  purpose: z.string(),
  sponsor: z.string().optional(),
  approves: z.string().optional(),
  monitors: z.string().optional(),
  remediates: z.string().optional(),
  controlObjective: z.string().optional(),
  dataScope: z.array(z.string()).optional(),
  outputUsers: z.string().optional(),
  permittedActions: z.array(z.string()).optional(),
  risk: z.strictObject({ likelihood: z.number().int(), consequence: z.number().int() }).optional(),
  euAiActClass: z.enum(['prohibited', 'high', 'limited', 'minimal']).optional(),
  loggingStandard: z.string().optional(),
  reviewCadence: z.union([z.number(), z.string()]).optional(),
  identities: z.array(identity).optional(),
});
const agent = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  owner: z.string().optional(),
  useCases: z.array(z.string()).optional(),
  identities: z.array(identity).optional(),
  model: part.optional(),
  prompt: part.optional(),
  tools: z.array(part).optional(),
  guardrails: z.array(part).optional(),
});
/** A mandate.yaml: use cases and agents, kept beside the code they belong to. People are named by user name, identities by source and external id. */
export const fileSchema = z.strictObject({
  version: z.literal(1),
  useCases: z.array(useCase).default([]),
  agents: z.array(agent).default([]),
});

export interface Registered {
  readonly what: 'use case' | 'agent';
  readonly name: string;
  readonly result: 'created' | 'changed' | 'unchanged' | 'would be created' | 'would be changed';
  readonly id: string | null;
}

interface Existing {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly [member: string]: unknown;
}

/** Brings what the file names into being, by name: run twice, it changes nothing the second time. */
export async function registerFile(client: Client, path: string, dryRun: boolean): Promise<Registered[]> {
  const file = read(path);
  const done: Registered[] = [];
  const useCaseIds = new Map<string, string>();
  for (const { identities, ...wanted } of file.useCases) {
    const body = await withPeople(wanted, ['sponsor', 'approves', 'monitors', 'remediates']);
    const result = await put(client, 'use-cases', 'use case', wanted.name, body, dryRun);
    done.push(result);
    if (result.id) useCaseIds.set(wanted.name, result.id);
    if (result.id && identities && !dryRun)
      await client.post(`use-cases/${result.id}/identities`, {
        add: await Promise.all(identities.map((one) => identityId(client, one))),
      });
  }
  for (const { identities, useCases, ...wanted } of file.agents) {
    const body = {
      ...(await withPeople(wanted, ['owner'])),
      ...(useCases
        ? {
            useCases: await Promise.all(
              useCases.map(
                async (name) =>
                  useCaseIds.get(name) ??
                  (await idByName(client, 'use-cases', name)) ??
                  missing(`use case "${name}"`, dryRun),
              ),
            ),
          }
        : {}),
      ...(identities ? { identities: await Promise.all(identities.map((one) => identityId(client, one))) } : {}),
    };
    done.push(await put(client, 'agents', 'agent', wanted.name, body, dryRun));
  }
  return done;
}

function read(path: string): z.output<typeof fileSchema> {
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof YAMLParseError) throw new CommandFailed(`${path} is not YAML: ${error.message}`, EXIT.usage);
    throw new CommandFailed(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
      EXIT.usage,
    );
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success)
    throw new CommandFailed(
      `${path} is not a mandate.yaml:\n${parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`).join('\n')}`,
      EXIT.usage,
    );
  return parsed.data;
}

async function put(
  client: Client,
  path: string,
  what: Registered['what'],
  name: string,
  body: Record<string, unknown>,
  dryRun: boolean,
): Promise<Registered> {
  const existing = await byName(client, path, name);
  if (!existing) {
    if (dryRun) return { what, name, result: 'would be created', id: null };
    return { what, name, result: 'created', id: (await client.post<{ id: string }>(path, body)).id };
  }
  const changes = Object.fromEntries(
    Object.entries(body).filter(([member, value]) => !isSame(existing[member], value, member)),
  );
  if (Object.keys(changes).length === 0) return { what, name, result: 'unchanged', id: existing.id };
  if (dryRun) return { what, name, result: 'would be changed', id: existing.id };
  await client.call('PATCH', `${path}/${existing.id}`, { etag: `"${existing.version}"`, body: changes });
  return { what, name, result: 'changed', id: existing.id };
}

const CADENCE: Record<string, string> = { monthly: 'P30D', quarterly: 'P92D', 'semi-annual': 'P183D', yearly: 'P365D' };

/** Whether what the API shows is what the file says: references are shown as objects, lists in an order of their own. */
function isSame(shown: unknown, wanted: unknown, member: string): boolean {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value))
      return value
        .map(plain)
        .map((item) => JSON.stringify(item))
        .sort();
    if (typeof value === 'object' && value !== null) {
      if ('id' in value) return value.id;
      return Object.fromEntries(
        Object.entries(value)
          .filter(([name, own]) => own !== null && own !== undefined && name !== 'level')
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    }
    if (member === 'reviewCadence') return typeof value === 'number' ? `P${value}D` : (CADENCE[String(value)] ?? value);
    return value ?? null;
  };
  return JSON.stringify(plain(shown)) === JSON.stringify(plain(wanted));
}

async function withPeople<T extends Record<string, unknown>>(
  wanted: T,
  members: readonly string[],
): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = { ...wanted };
  for (const member of members) if (typeof body[member] === 'string') body[member] = await personId(body[member]);
  return body;
}

async function byName(client: Client, path: string, name: string): Promise<Existing | null> {
  return (await client.get<{ data: Existing[] }>(path, { name, limit: 2 })).data[0] ?? null;
}
const idByName = async (client: Client, path: string, name: string): Promise<string | null> =>
  (await byName(client, path, name))?.id ?? null;

async function identityId(client: Client, wanted: z.output<typeof identity>): Promise<string> {
  if ('id' in wanted) return wanted.id;
  const source =
    wanted.source === undefined
      ? undefined
      : (await client.list<{ id: string; name: string }>('sources', {}, 1000)).find(
          ({ name }) => name === wanted.source,
        )?.id;
  if (wanted.source !== undefined && source === undefined)
    throw new CommandFailed(`There is no source named "${wanted.source}".`, EXIT.notFound);
  const query = 'externalId' in wanted ? { externalId: wanted.externalId } : { name: wanted.name };
  const { data } = await client.get<{ data: { id: string }[] }>('identities', { ...query, source, limit: 2 });
  if (data.length !== 1)
    throw new CommandFailed(
      `${data.length === 0 ? 'No identity is' : 'Several identities are'} ${JSON.stringify(wanted)}.`,
      EXIT.notFound,
    );
  return data[0]!.id;
}

function missing(what: string, dryRun: boolean): string {
  if (dryRun) return '00000000-0000-7000-8000-000000000000';
  throw new CommandFailed(`There is no ${what}.`, EXIT.notFound);
}
