import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
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

/** What a claim of the sign-in service gives: one role, everywhere or within a scope. Whether the role exists is access-control's to say. */
const roleRule = z.strictObject({
  claim: z.string().min(1).max(200),
  value: z.string().min(1).max(500),
  role: z.string().min(1).max(100),
  scope: z
    .strictObject({
      unit: z.string().min(1).max(300).optional(),
      source: z.uuid().optional(),
      environment: z.string().min(1).max(100).optional(),
      tag: z.string().min(1).max(300).optional(),
    })
    .default({}),
});
export type RoleRule = z.output<typeof roleRule>;

const roleRules = z
  .string()
  .transform((text, context): unknown => {
    try {
      return parseYaml(text);
    } catch {
      context.addIssue('is neither YAML nor JSON');
      return z.NEVER;
    }
  })
  .pipe(z.array(roleRule).max(1000));

/**
 * Every variable Mandate reads. A variable marked `secret` may be given as `<NAME>_FILE` instead, and is never
 * printed by `mandate doctor`; one marked `file` may be given as a file because it is long.
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
  MANDATE_OIDC_ISSUER: { schema: url.optional(), about: 'Issuer people sign in with (OpenID Connect).' },
  MANDATE_OIDC_CLIENT_ID: { schema: z.string().min(1).optional(), about: 'What the issuer knows Mandate as.' },
  MANDATE_OIDC_CLIENT_SECRET: {
    schema: z.string().min(1).optional(),
    secret: true,
    about: 'Secret of that client; without one it is a public client, and PKCE alone protects the sign-in.',
  },
  MANDATE_OIDC_SCOPES: {
    schema: z
      .string()
      .transform((text) => text.split(/[\s,]+/).filter(Boolean))
      .pipe(z.array(z.string()).refine((scopes) => scopes.includes('openid'), 'must include openid'))
      .default(['openid', 'profile', 'email']),
    about: 'Scopes asked for at sign-in.',
  },
  MANDATE_OIDC_ROLES: {
    schema: roleRules.default([]),
    file: true,
    about:
      'Which claims give which roles, as YAML or JSON: [{ claim: groups, value: mandate-admins, role: admin, scope: { unit: ... } }].',
  },
  MANDATE_OIDC_PERSON_CLAIM: {
    schema: z.string().min(1).default('email'),
    about: 'Claim that says which person of the people source signs in.',
  },
  MANDATE_OIDC_PERSON_MATCH: {
    schema: z.enum(['login', 'external-id']).default('login'),
    about: 'What that claim is compared with: user name and e-mail address, or the id in the people source.',
  },
  MANDATE_OIDC_MFA_ACR: {
    schema: list.default([]),
    about: 'Values of acr that prove a second factor; they are asked for when an action demands one.',
  },
  MANDATE_OIDC_MFA_AMR: {
    schema: list.default(['mfa', 'otp', 'hwk']),
    about: 'Values of amr that prove a second factor.',
  },
  MANDATE_STEP_UP_MINUTES: {
    schema: z.coerce.number().int().min(1).max(1440).default(15),
    about: 'How long a sign-in with a second factor counts as fresh.',
  },
  MANDATE_SESSION_HOURS: {
    schema: z.coerce.number().int().min(1).max(168).default(12),
    about: 'After how long everybody signs in again.',
  },
  MANDATE_SESSION_IDLE_MINUTES: {
    schema: z.coerce.number().int().min(5).max(10_080).default(60),
    about: 'After how long without a request a session ends.',
  },
  MANDATE_RATE_LIMIT_PER_MINUTE: {
    schema: z.coerce.number().int().min(0).default(6000),
    about: 'Requests one caller may make in a minute, for each process; 0 = as many as they like.',
  },
  MANDATE_RATE_LIMIT_ANONYMOUS_PER_MINUTE: {
    schema: z.coerce.number().int().min(0).default(600),
    about: 'Requests without a valid credential that one address may make in a minute; 0 = as many as it likes.',
  },
  MANDATE_TRUSTED_PROXIES: {
    schema: list.default([]),
    about: 'Addresses (or CIDR ranges) of proxies whose X-Forwarded-For is believed.',
  },
  MANDATE_CORS_ORIGINS: {
    schema: list
      .pipe(
        z.array(z.url({ protocol: /^https?$/ }).refine((text) => new URL(text).origin === text, 'is not an origin')),
      )
      .default([]),
    about: 'Origins whose pages may call the API with a token of their own; never with a cookie.',
  },
  MANDATE_REQUEST_TIMEOUT_SECONDS: {
    schema: z.coerce.number().int().min(1).max(3600).default(60),
    about: 'How long a request may take before it is answered with 503; uploads may take half an hour.',
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
  MANDATE_MAIL_URL: {
    schema: z
      .string()
      .regex(/^smtps?:\/\//, 'must be a smtp:// or smtps:// address')
      .optional(),
    secret: true,
    about: 'Mail server, such as smtps://name:password@mail.example:465. Without it messages are kept and shown.',
  },
  MANDATE_MAIL_FROM: {
    schema: z.email().optional(),
    about: 'Address mail comes from; goes together with MANDATE_MAIL_URL.',
  },
  MANDATE_SEALING_KEY: {
    schema: z.string().min(32).optional(),
    secret: true,
    about:
      'Key that seals the secrets Mandate itself must keep (of webhooks), at least 32 characters. An embedded instance makes its own in the data folder.',
  },
  MANDATE_REVIEW_LINK_DAYS: {
    schema: z.coerce.number().int().min(1).max(90).default(7),
    about: 'How long the link in a mail leads to what somebody is asked to review.',
  },
  MANDATE_WEBHOOK_ALLOW_PRIVATE: {
    schema: z.stringbool().default(false),
    about: 'Lets webhooks reach private addresses and plain http. For a receiver inside the network, and for tests.',
  },
  MANDATE_WEBHOOK_DISABLE_AFTER_DAYS: {
    schema: z.coerce.number().int().min(1).max(90).default(5),
    about: 'Days of nothing but failure after which a webhook is switched off and the IAM team is told.',
  },
  MANDATE_PEOPLE_DIR: {
    schema: z.string().min(1).optional(),
    about: 'Folder whose sub-folders people feeds may read HR files from.',
  },
  AWS_ENDPOINT_URL: { schema: url.optional(), about: 'Reads AWS from this endpoint instead of the public one.' },
  AWS_REGION: { schema: z.string().min(1).default('us-east-1'), about: 'Region AWS requests are signed for.' },
} as const satisfies Record<string, { schema: z.ZodType; about: string; secret?: boolean; file?: boolean }>;

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
  private address: string | null = null;

  private constructor(
    readonly settings: Settings,
    readonly environment: Environment,
  ) {}

  get<Name extends keyof Settings>(name: Name): Settings[Name] {
    return this.settings[name];
  }

  /** The address under which this server is reached. */
  publicUrl(): string {
    return (
      this.settings.MANDATE_PUBLIC_URL ??
      this.address ??
      `http://${this.settings.MANDATE_HOST}:${this.settings.MANDATE_PORT}`
    );
  }

  /** Told once the server listens: with port 0 nobody knows its address before. */
  listensAt(address: string): void {
    this.address = address;
  }

  /** Throws one {@link ConfigurationInvalid} that lists all that is wrong. Values are never repeated in it. */
  static load(environment: Environment): Config {
    const problems: string[] = [];
    const settings: Record<string, unknown> = {};
    for (const [name, variable] of Object.entries(VARIABLES) as [string, Variable][]) {
      const given = valueOf(name, mayBeFile(variable), environment, problems);
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
    return (Object.entries(VARIABLES) as [keyof Settings, Variable][]).map(([name, { about, secret = false }]) => {
      const value = this.settings[name];
      return { name, about, secret, value: value === undefined ? '' : secret ? '(set)' : shown(value) };
    });
  }
}

interface Variable {
  readonly schema: z.ZodType;
  readonly about: string;
  readonly secret?: boolean;
  readonly file?: boolean;
}
const mayBeFile = ({ secret, file }: Pick<Variable, 'secret' | 'file'>): boolean => secret === true || file === true;

const shown = (value: unknown): string =>
  Array.isArray(value) && value.some((part) => typeof part === 'object') ? JSON.stringify(value) : String(value);

function valueOf(name: string, fromFile: boolean, environment: Environment, problems: string[]): string | undefined {
  const direct = emptyAsAbsent(environment[name]);
  const file = fromFile ? emptyAsAbsent(environment[`${name}_FILE`]) : undefined;
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
  if ((settings.MANDATE_OIDC_ISSUER === undefined) !== (settings.MANDATE_OIDC_CLIENT_ID === undefined))
    problems.push('MANDATE_OIDC_ISSUER and MANDATE_OIDC_CLIENT_ID go together: set both or none');
  for (const name of ['MANDATE_OIDC_ISSUER', 'MANDATE_PUBLIC_URL'] as const)
    // Codes and cookies that cross a network in the clear are anybody's.
    if (settings.MANDATE_OIDC_ISSUER && isPlain(settings[name]))
      problems.push(`${name} must be https, or an address of this machine: sign-ins go over it`);
  if ((settings.MANDATE_MAIL_URL === undefined) !== (settings.MANDATE_MAIL_FROM === undefined))
    problems.push('MANDATE_MAIL_URL and MANDATE_MAIL_FROM go together: set both or none');
  return problems;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const isPlain = (address: string | undefined): boolean =>
  address !== undefined && address.startsWith('http:') && !LOOPBACK.has(new URL(address).hostname);

/** Variables the CLI and its runner read; the server has no use for them but must not call them mistakes. */
const ELSEWHERE = new Set(['MANDATE_URL', 'MANDATE_TOKEN_FILE', 'MANDATE_TOKEN', 'MANDATE_OUTPUT']);

/** A mistyped name silently ignored is a setting somebody believes in. */
function unknownVariables(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('MANDATE_') && !name.startsWith('MANDATE_SOURCE_') && !ELSEWHERE.has(name))
    .filter((name) => {
      const plain = name.replace(/_FILE$/, '');
      const known = (VARIABLES as Record<string, Variable>)[plain];
      return name in VARIABLES ? false : !(known !== undefined && mayBeFile(known));
    })
    .map((name) => `${name} is not a variable Mandate knows`);
}
