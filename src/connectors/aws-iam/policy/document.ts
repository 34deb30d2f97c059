import { createHash } from 'node:crypto';

/** A policy document, read. */
export interface PolicyDocument {
  readonly statements: readonly Statement[];
  /** Of its text: the same text has the same digest. */
  readonly digest: string;
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** In lower case: AWS does not tell actions apart by case. */
  readonly actions: readonly string[];
  /** The actions are those the statement does not speak of. */
  readonly isNotAction: boolean;
  readonly resources: readonly string[];
  readonly isNotResource: boolean;
  readonly principals: Principals | null;
  readonly isNotPrincipal: boolean;
  readonly conditions: readonly Condition[];
}

/** By kind as the document names it (AWS, Service, Federated, CanonicalUser); `*` alone is AWS: ['*']. */
export type Principals = Readonly<Record<string, readonly string[]>>;

export interface Condition {
  /** StringEquals, ForAnyValue:StringLike, ... */
  readonly operator: string;
  /** As written; keys are compared without regard to case. */
  readonly key: string;
  readonly values: readonly string[];
}

/** A document that is none. It says what is wrong, never what was in it. */
export class UnreadablePolicy extends Error {
  override readonly name = 'UnreadablePolicy';
}

/** Reads a document as the API sends it (URL-encoded), as a file holds it (an object), or as plain text. */
export function readPolicy(source: unknown): PolicyDocument {
  const value = typeof source === 'string' ? parse(source) : source;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UnreadablePolicy('it is no object');
  const { Statement: statements } = value as { Statement?: unknown };
  if (typeof statements !== 'object' || statements === null) throw new UnreadablePolicy('it has no statements');
  return {
    statements: (Array.isArray(statements) ? statements : [statements]).map(readStatement),
    digest: createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.trimStart().startsWith('{') ? text : decodeURIComponent(text));
  } catch {
    throw new UnreadablePolicy('it is no JSON');
  }
}

function readStatement(value: unknown): Statement {
  if (typeof value !== 'object' || value === null) throw new UnreadablePolicy('a statement is no object');
  const statement = value as Record<string, unknown>;
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new UnreadablePolicy('a statement neither allows nor denies');
  const principal = statement.Principal ?? statement.NotPrincipal;
  return {
    effect,
    actions: texts(statement.Action ?? statement.NotAction).map((action) => action.toLowerCase()),
    isNotAction: statement.Action === undefined && statement.NotAction !== undefined,
    resources: texts(statement.Resource ?? statement.NotResource),
    isNotResource: statement.Resource === undefined && statement.NotResource !== undefined,
    principals: principal === undefined ? null : readPrincipals(principal),
    isNotPrincipal: statement.Principal === undefined && statement.NotPrincipal !== undefined,
    conditions: readConditions(statement.Condition),
  };
}

function readPrincipals(value: unknown): Principals {
  if (typeof value === 'string') return { AWS: [value] };
  if (typeof value !== 'object' || value === null) throw new UnreadablePolicy('a principal is neither text nor object');
  return Object.fromEntries(Object.entries(value).map(([kind, names]) => [kind, texts(names)]));
}

function readConditions(value: unknown): Condition[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') throw new UnreadablePolicy('a condition is no object');
  return Object.entries(value).flatMap(([operator, tests]) =>
    Object.entries((tests ?? {}) as Record<string, unknown>).map(([key, values]) => ({
      operator,
      key,
      values: texts(values),
    })),
  );
}

function texts(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const all = Array.isArray(value) ? value : [value];
  if (all.some((item) => typeof item === 'object')) throw new UnreadablePolicy('a list holds something else than text');
  return all.map(String);
}
