import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The process environment, or what a test gives in its place. */
export type Environment = Readonly<Record<string, string | undefined>>;

const port = z.coerce.number().int().min(0).max(65_535);
const url = z.url({ protocol: /^https?$/ });
const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.string()));

/** Asymmetric algorithms only: a symmetric one would let whoever knows our public key forge a token. */
const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/**
 * Every variable Mandate reads. A variable marked `secret` may be given as `<NAME>_FILE` instead, and is never
 * printed by `mandate doctor`.
 */
const VARIABLES = {
  MANDATE_HOST: { schema: z.string().min(1).default('127.0.0.1'), about: 'Address the server binds to.' },
  MANDATE_PORT: { schema: port.default(3000), about: 'Port the server listens on; 0 takes a free one.' },
  MANDATE_PUBLIC_URL: {
    schema: url.optional(),
    about: 'Address people and links use, when it is not the one the server binds to.',
  },
  MANDATE_DATA_DIR: {
    schema: z.string().min(1).optional(),
    about: 'Folder of the embedded database and the local administrator token. Wins over every default.',
  },
  DATABASE_URL: {
    schema: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// address')
      .optional(),
    secret: true,
    about: 'PostgreSQL 15 or newer; without it an embedded one is started.',
  },
  MANDATE_DATABASE_POOL: {
    schema: z.coerce.number().int().min(2).max(200).default(10),
    about: 'Connections each process may hold.',
  },
  MANDATE_REPLICAS: {
    schema: z.coerce.number().int().min(1).default(1),
    about: 'How many processes share the database; more than one needs DATABASE_URL.',
  },
  MANDATE_LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    about: 'Least severe log line that is written.',
  },
  MANDATE_JWT_ISSUER: { schema: url.optional(), about: 'Issuer of bearer JWTs that machines may use.' },
  MANDATE_JWT_JWKS_URL: { schema: url.optional(), about: "The issuer's key set." },
  MANDATE_JWT_AUDIENCE: { schema: z.string().min(1).optional(), about: 'Audience a bearer JWT must carry.' },
  MANDATE_JWT_ALGORITHMS: {
    schema: list.pipe(z.array(z.enum(JWT_ALGORITHMS)).min(1)).default(['RS256', 'ES256', 'EdDSA']),
    about: 'Signature algorithms accepted in a bearer JWT.',
  },
  MANDATE_JWT_ROLES_CLAIM: {
    schema: z.string().min(1).default('roles'),
    about: 'Claim of a bearer JWT that lists Mandate roles.',
  },
  MANDATE_JWT_CLOCK_SKEW_SECONDS: {
    schema: z.coerce.number().int().min(0).max(300).default(30),
    about: 'Clock difference tolerated when a bearer JWT is checked.',
  },
  MANDATE_IMPORT_MAX_BYTES: {
    schema: z.coerce
      .number()
      .int()
      .min(1024)
      .default(2 * 1024 ** 3),
    about: 'Largest file an import takes.',
  },
  MANDATE_SECRETS_DIR: {
    schema: z.string().min(1).default('/run/secrets'),
    about: 'Folder that { "file": ... } references in a source configuration may point into.',
  },
  MANDATE_PEOPLE_DIR: {
    schema: z.string().min(1).optional(),
    about: 'Folder whose sub-folders people feeds may read HR files from.',
  },
  AWS_ENDPOINT_URL: { schema: url.optional(), about: 'Reads AWS from this endpoint instead of the public one.' },
  AWS_REGION: { schema: z.string().min(1).default('us-east-1'), about: 'Region AWS requests are signed for.' },
} as const satisfies Record<string, { schema: z.ZodType; about: string; secret?: boolean }>;

type Variables = typeof VARIABLES;
export type Settings = { readonly [Name in keyof Variables]: z.output<Variables[Name]['schema']> };

/** Everything that is wrong with the configuration, in one error: nobody should have to start six times. */
export class ConfigurationInvalid extends Error {
  override readonly name = 'ConfigurationInvalid';
  constructor(readonly problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** The validated configuration; `environment` is kept for what vendor libraries look up by themselves. */
export class Config {
  private constructor(
    readonly settings: Settings,
    readonly environment: Environment,
  ) {}

  get<Name extends keyof Settings>(name: Name): Settings[Name] {
    return this.settings[name];
  }

  /** The address under which this server is reached. */
  publicUrl(): string {
    return this.settings.MANDATE_PUBLIC_URL ?? `http://${this.settings.MANDATE_HOST}:${this.settings.MANDATE_PORT}`;
  }

  /** Throws one {@link ConfigurationInvalid} that lists all that is wrong. Values are never repeated in it. */
  static load(environment: Environment): Config {
    const problems: string[] = [];
    const settings: Record<string, unknown> = {};
    for (const [name, variable] of Object.entries(VARIABLES) as [string, { schema: z.ZodType; secret?: boolean }][]) {
      const given = valueOf(name, variable.secret === true, environment, problems);
      const parsed = variable.schema.safeParse(given);
      if (parsed.success) settings[name] = parsed.data;
      else problems.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
    }
    if (problems.length === 0) problems.push(...contradictions(settings as Settings));
    problems.push(...unknownVariables(environment));
    if (problems.length > 0) throw new ConfigurationInvalid(problems);
    return new Config(settings as Settings, environment);
  }

  /** What `mandate doctor` prints: every variable, its value or "(set)", and what it is for. */
  describe(): { name: string; value: string; about: string; secret: boolean }[] {
    return (Object.entries(VARIABLES) as [keyof Settings, { about: string; secret?: boolean }][]).map(
      ([name, { about, secret = false }]) => {
        const value = this.settings[name];
        return { name, about, secret, value: value === undefined ? '' : secret ? '(set)' : String(value) };
      },
    );
  }
}

function valueOf(name: string, secret: boolean, environment: Environment, problems: string[]): string | undefined {
  const direct = emptyAsAbsent(environment[name]);
  const file = secret ? emptyAsAbsent(environment[`${name}_FILE`]) : undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) {
    problems.push(`${name} and ${name}_FILE are both set; keep one`);
    return undefined;
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    problems.push(`${name}_FILE cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
    return undefined;
  }
}

const emptyAsAbsent = (value: string | undefined) => (value === '' ? undefined : value);

function contradictions(settings: Settings): string[] {
  const problems: string[] = [];
  if (settings.MANDATE_REPLICAS > 1 && !settings.DATABASE_URL) {
    problems.push('MANDATE_REPLICAS is more than 1, but the embedded PostgreSQL serves one process: set DATABASE_URL');
  }
  const jwt = [settings.MANDATE_JWT_ISSUER, settings.MANDATE_JWT_JWKS_URL, settings.MANDATE_JWT_AUDIENCE];
  // A missing audience would accept every token the issuer ever signed, for whatever service.
  if (jwt.some((part) => part !== undefined) && jwt.some((part) => part === undefined)) {
    problems.push(
      'MANDATE_JWT_ISSUER, MANDATE_JWT_JWKS_URL and MANDATE_JWT_AUDIENCE go together: set all three or none',
    );
  }
  return problems;
}

/** Variables the CLI and its runner read; the server has no use for them but must not call them mistakes. */
const ELSEWHERE = new Set(['MANDATE_URL', 'MANDATE_TOKEN_FILE', 'MANDATE_TOKEN', 'MANDATE_OUTPUT']);

/** A mistyped name silently ignored is a setting somebody believes in. */
function unknownVariables(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('MANDATE_') && !name.startsWith('MANDATE_SOURCE_') && !ELSEWHERE.has(name))
    .filter((name) => {
      const plain = name.replace(/_FILE$/, '');
      const known = (VARIABLES as Record<string, { secret?: boolean }>)[plain];
      return name in VARIABLES ? false : !(known?.secret === true);
    })
    .map((name) => `${name} is not a variable Mandate knows`);
}
