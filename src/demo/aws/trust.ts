import type { Caller } from './call.js';
import type { PolicyDocument } from './world.js';

const listed = (value: unknown): string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);

/** Whether a role lets this caller in: the principal must be named, and an external id, where one is asked for, must fit. */
export function mayAssume(trust: PolicyDocument, caller: Caller, externalId: string | undefined): boolean {
  const statements = listedStatements(trust).filter((statement) =>
    listed(statement.Action).some((action) => ['sts:AssumeRole', 'sts:*', '*'].includes(action)),
  );
  const speaksOf = (statement: Record<string, unknown>): boolean =>
    names(statement.Principal, caller) && meets(statement.Condition, externalId);
  return (
    statements.some((statement) => statement.Effect === 'Allow' && speaksOf(statement)) &&
    !statements.some((statement) => statement.Effect === 'Deny' && speaksOf(statement))
  );
}

const listedStatements = (trust: PolicyDocument): Record<string, unknown>[] =>
  (Array.isArray(trust.Statement) ? trust.Statement : [trust.Statement]) as Record<string, unknown>[];

function names(principal: unknown, caller: Caller): boolean {
  const wanted = principal === '*' ? ['*'] : listed((principal as { AWS?: unknown } | undefined)?.AWS);
  const { id } = caller.account;
  return wanted.some(
    (name) =>
      name === '*' || name === id || name === caller.arn || new RegExp(`^arn:[^:]+:iam::${id}:root$`).test(name),
  );
}

function meets(condition: unknown, externalId: string | undefined): boolean {
  const equals = (condition as Record<string, Record<string, unknown>> | undefined)?.StringEquals ?? {};
  const wanted = listed(equals['sts:ExternalId']);
  return wanted.length === 0 || wanted.includes(externalId ?? '');
}
