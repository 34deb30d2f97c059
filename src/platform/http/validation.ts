import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { findSecret } from '../crypto/index.js';
import { type InputError, RequestInvalid, SecretInRequest } from './problem.js';

/** Checks every body, query and path parameter against its schema, and refuses what looks like a secret. */
@Injectable()
export class InputPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const schema = (metadata as { schema?: StandardSchemaV1 }).schema;
    if (metadata.type === 'body') {
      const secret = findSecret(value);
      if (secret) throw new SecretInRequest({ pointer: secret.pointer, detail: `looks like ${secret.looksLike}` });
    }
    if (!schema || (metadata.type !== 'body' && metadata.type !== 'query' && metadata.type !== 'param')) return value;
    return (await checked(schema, value ?? {}, metadata.type, metadata.data)) as T;
  }
}

/** The value as the schema reads it, or a {@link RequestInvalid} that names each place and repeats no value. */
export async function checked<T>(
  schema: StandardSchemaV1<unknown, T>,
  value: unknown,
  kind: 'body' | 'query' | 'param' = 'body',
  name?: string,
): Promise<T> {
  const result = await schema['~standard'].validate(value);
  if (!result.issues) return result.value;
  throw new RequestInvalid(result.issues.flatMap((issue) => inputErrors(issue, kind, name)));
}

function inputErrors(
  issue: StandardSchemaV1.Issue,
  kind: 'body' | 'query' | 'param',
  name: string | undefined,
): InputError[] {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const unknown = (issue as { code?: string; keys?: string[] }).keys;
  // zod names what it does not know in one issue; each gets its own place.
  if ((issue as { code?: string }).code === 'unrecognized_keys' && unknown)
    return unknown.map((key) => at([...path, key], kind, name, 'is not a known member'));
  return [at(path, kind, name, issue.message)];
}

const at = (
  path: readonly string[],
  kind: 'body' | 'query' | 'param',
  name: string | undefined,
  detail: string,
): InputError =>
  kind === 'body'
    ? {
        pointer: path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`).join(''),
        detail,
      }
    : { parameter: (name ?? path.join('.')).slice(0, 100), detail };
