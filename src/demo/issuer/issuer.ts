import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider, { type Configuration, interactionPolicy } from 'oidc-provider';
import { memoryAdapter } from './memory-adapter.js';
import { choosePage, errorPage, secondFactorPage, signOutPage } from './pages.js';

/** Somebody who can sign in at the issuer. */
export interface SampleAccount {
  readonly sub: string;
  readonly name: string;
  readonly userName: string;
  readonly email: string;
  readonly groups: readonly string[];
  /** What the page says beside the name. */
  readonly note: string;
}

export interface IssuerOptions {
  readonly people: () => readonly SampleAccount[];
  /** Of the process: the issuer refuses to run beside a database somebody works with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly host?: string;
}

/** An OpenID Connect issuer in this process, for the sample and for tests. */
export interface Issuer {
  readonly url: string;
  /** What Mandate is told of it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Signs with a new key from now on. The old one stays published unless it is withdrawn. */
  rotateKeys(options?: { withdrawOld?: boolean }): Promise<void>;
  close(): Promise<void>;
}

export const SECOND_FACTOR = 'urn:sample:second-factor';
const CLIENT = 'mandate';
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Starts it. It lets anybody be anybody, so it listens on this machine alone and never beside a real database. */
export async function startIssuer({ people, environment, host = '127.0.0.1' }: IssuerOptions): Promise<Issuer> {
  if (!LOOPBACK.has(host)) throw new Error(`The sample's sign-in service does not listen on ${host}`);
  const set = ['DATABASE_URL', 'DATABASE_URL_FILE'].find((name) => environment[name]);
  if (set) throw new Error(`The sample's sign-in service does not start while ${set} is set`);

  const Adapter = memoryAdapter(() => Date.now());
  const cookieKeys = [randomBytes(32).toString('base64url')];
  const secret = randomBytes(32).toString('base64url');
  let keys: JWK[] = [await signingKey()];
  let provider: Provider;
  const server = createServer((request, response) => {
    void answer(provider, people, request, response);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
  const url = `http://${host === '::1' ? '[::1]' : host}:${(server.address() as AddressInfo).port}`;
  const make = (): Provider => new Provider(url, configuration({ people, Adapter, cookieKeys, secret, keys }));
  provider = make();
  return {
    url,
    variables: {
      MANDATE_OIDC_ISSUER: url,
      MANDATE_OIDC_CLIENT_ID: CLIENT,
      MANDATE_OIDC_CLIENT_SECRET: secret,
      MANDATE_OIDC_MFA_ACR: SECOND_FACTOR,
    },
    async rotateKeys({ withdrawOld = false } = {}) {
      keys = [await signingKey(), ...(withdrawOld ? [] : keys)];
      provider = make();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function signingKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), alg: 'RS256', use: 'sig' };
}

function configuration(given: {
  people: () => readonly SampleAccount[];
  Adapter: ReturnType<typeof memoryAdapter>;
  cookieKeys: string[];
  secret: string;
  keys: JWK[];
}): Configuration {
  const policy = interactionPolicy.base();
  // Everybody agrees to everything here.
  policy.remove('consent');
  return {
    adapter: given.Adapter,
    clients: [
      {
        client_id: CLIENT,
        client_secret: given.secret,
        // A native client's address of this machine fits whatever port Mandate listens on.
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/api/v1/auth/callback', 'http://localhost/api/v1/auth/callback'],
        post_logout_redirect_uris: ['http://127.0.0.1/', 'http://localhost/'],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    jwks: { keys: given.keys },
    cookies: { keys: given.cookieKeys },
    pkce: { required: () => true },
    acrValues: [SECOND_FACTOR],
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      profile: ['name', 'preferred_username', 'groups'],
      email: ['email', 'email_verified'],
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => {
          ctx.body = signOutPage(form);
        },
      },
    },
    interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      IdToken: 300,
      Interaction: 600,
      Session: 8 * 3600,
      Grant: 8 * 3600,
    },
    renderError: async (ctx, { error }) => {
      ctx.type = 'html';
      ctx.body = errorPage(`The sign-in service refused (${error}).`);
    },
    findAccount: async (_ctx, sub) => {
      const person = given.people().find((one) => one.sub === sub);
      return (
        person && {
          accountId: sub,
          claims: async () => ({
            sub,
            name: person.name,
            preferred_username: person.userName,
            email: person.email,
            email_verified: true,
            groups: [...person.groups],
          }),
        }
      );
    },
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({ clientId: client!.clientId, accountId: session!.accountId! });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  };
}

/** The pages of the sign-in itself; all else is the library's. */
async function answer(
  provider: Provider,
  people: () => readonly SampleAccount[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0]!;
  if (!path.startsWith('/interaction/')) {
    void provider.callback()(request, response);
    return;
  }
  response.setHeader('content-type', 'text/html; charset=utf-8').setHeader('cache-control', 'no-store');
  try {
    const { params } = await provider.interactionDetails(request, response);
    const form = request.method === 'POST' ? new URLSearchParams(await bodyOf(request)) : null;
    const person = people().find(({ sub }) => sub === form?.get('person'));
    if (!person) {
      response.end(choosePage(path, people()));
      return;
    }
    const isAsked = (typeof params.acr_values === 'string' ? params.acr_values : '').split(' ').includes(SECOND_FACTOR);
    const isProved = form!.get('factor') === 'otp';
    if (isAsked && !isProved) {
      response.end(secondFactorPage(path, person));
      return;
    }
    await provider.interactionFinished(request, response, {
      login: { accountId: person.sub, ...(isProved ? { acr: SECOND_FACTOR, amr: ['pwd', 'otp'] } : { amr: ['pwd'] }) },
    });
  } catch (error) {
    const words = error instanceof Error && error.name === 'SessionNotFound' ? 'This sign-in is over.' : 'It failed.';
    response.writeHead(400).end(errorPage(`${words} Go back to Mandate and begin again.`));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.length > 4096) throw new Error('too long');
  }
  return text;
}
