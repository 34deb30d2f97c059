import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import {
  ConnectorBug,
  type ConnectorHost,
  type GapCause,
  inParallel,
  type Reading,
  type Scope,
  type ScopeContext,
  type Session,
} from '../sdk/index.js';
import { Account } from './account.js';
import { malformed } from './answers.js';
import { AwsApis, openHttp, type Wire } from './apis.js';
import { type Caller, callerOf } from './caller.js';
import type { AwsIamConfig } from './config.schema.js';
import type { Limits } from './limits.js';
import { accessKeyReading } from './readings/access-keys.js';
import { accountReading } from './readings/account-root.js';
import { authorizationReading } from './readings/authorization-details.js';
import { credentialReportReading } from './readings/credential-report.js';
import { oidcProviderReading, samlProviderReading } from './readings/federation-providers.js';
import { causeOf } from './readings/gaps.js';
import { once } from './readings/once.js';
import { serverCertificateReading } from './readings/server-certificates.js';
import { serviceCredentialReading } from './readings/service-credentials.js';
import { signingCertificateReading, sshKeyReading } from './readings/user-credentials.js';
import { homeSigning, kept, type Signing } from './sign-in.js';
import { type Target, targetsOf } from './targets.js';

/** Accounts whose users we remember at a time: scopes are read one after the other, or a few side by side. */
const REMEMBERED_ACCOUNTS = 8;

/** One source at AWS: an account, or several that are reached through one credential. */
export class AwsIamSession implements Session {
  readonly readings: readonly Reading[];
  private readonly wire: Wire;
  private readonly home: AwsApis;
  private caller: Promise<Caller> | null = null;
  private partition = 'aws';
  private readonly targets = new Map<string, { target: Target; apis: AwsApis }>();
  private readonly accounts = new Map<string, Account>();

  constructor(
    private readonly config: AwsIamConfig,
    private readonly host: ConnectorHost,
    private readonly limits: Limits,
  ) {
    const region = config.region ?? host.environment.AWS_REGION ?? host.environment.AWS_DEFAULT_REGION ?? 'us-east-1';
    this.wire = { host, limits, region, http: openHttp(limits) };
    this.home = new AwsApis(
      this.wire,
      kept(homeSigning(config, host), () => host.now()),
    );
    const accountOf = (scope: Scope) => this.accountOf(scope);
    this.readings = [
      accountReading(accountOf),
      authorizationReading(accountOf, config.serviceLastAccessed),
      accessKeyReading(accountOf),
      serviceCredentialReading(accountOf),
      sshKeyReading(accountOf),
      signingCertificateReading(accountOf),
      serverCertificateReading(accountOf),
      credentialReportReading(accountOf),
      oidcProviderReading(accountOf),
      samlProviderReading(accountOf),
    ].map(once);
  }

  async validate(signal: AbortSignal): Promise<{ account: string; detail?: string }> {
    const { account, arn } = await this.whoAmI(signal);
    return { account, ...(arn ? { detail: `signed in as ${arn}` } : {}) };
  }

  async scopes(ctx: ScopeContext): Promise<readonly Scope[]> {
    const caller = await this.whoAmI(ctx.signal);
    this.partition = caller.partition;
    const targets = await targetsOf(this.config, this.home, caller, this.limits, ctx);
    const scopes: Scope[] = [];
    for await (const scope of inParallel(targets, this.limits.inFlight, (target) => this.reach(target, ctx.signal)))
      scopes.push(scope);
    return scopes;
  }

  close(): void {
    // Sockets that are kept open would keep the process alive.
    (this.wire.http as { destroy?: () => void }).destroy?.();
  }

  private whoAmI(signal: AbortSignal): Promise<Caller> {
    this.caller ??= callerOf(this.home, signal).catch((error: unknown) => {
      this.caller = null;
      throw error;
    });
    return this.caller;
  }

  /** Opens an account, and says of one that cannot be opened why. */
  private async reach(target: Target, signal: AbortSignal): Promise<Scope> {
    const { id, name, environment, unit } = target;
    const scope: Scope = {
      id,
      name,
      kind: 'aws-account',
      ...(environment ? { environment } : {}),
      ...(unit ? { unit } : {}),
    };
    let unreadable: GapCause | undefined = target.unreadable;
    const apis = target.role ? new AwsApis(this.wire, this.assuming(target.role)) : this.home;
    if (target.role && !unreadable) unreadable = await this.refusal(target, apis, signal);
    this.targets.set(id, { target, apis });
    return unreadable ? { ...scope, unreadable } : scope;
  }

  private async refusal(target: Target, apis: AwsApis, signal: AbortSignal): Promise<GapCause | undefined> {
    try {
      await apis.signIn(signal);
      return undefined;
    } catch (error) {
      return causeOf(error, signal);
    }
  }

  private assuming(role: NonNullable<Target['role']>): (signal: AbortSignal) => Promise<Signing> {
    const take = async (signal: AbortSignal): Promise<Signing> => {
      const permission = 'sts:AssumeRole';
      const input = {
        RoleArn: role.arn,
        RoleSessionName: 'mandate',
        ...(role.externalId ? { ExternalId: role.externalId } : {}),
      };
      const { Credentials: given } = await this.home.sts(permission, signal, (sts, sent) =>
        sts.send(new AssumeRoleCommand(input), sent),
      );
      if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken)
        throw malformed(permission, 'holds no credential');
      return {
        accessKeyId: given.AccessKeyId,
        secretAccessKey: given.SecretAccessKey,
        sessionToken: given.SessionToken,
        ...(given.Expiration ? { expiration: given.Expiration } : {}),
      };
    };
    return kept(take, () => this.host.now());
  }

  private accountOf(scope: Scope): Account {
    const known = this.accounts.get(scope.id);
    if (known) return known;
    const opened = this.targets.get(scope.id);
    if (!opened) throw new ConnectorBug(`The scope ${scope.id} was never opened`);
    const { name, environment, unit } = opened.target;
    const frame = {
      partition: this.partition,
      account: scope.id,
      name,
      ...(environment ? { environment } : {}),
      ...(unit ? { unit } : {}),
      asOf: this.host.now(),
    };
    const account = new Account(frame, opened.apis, this.host, this.limits, {
      serviceLastAccessed: this.config.serviceLastAccessed,
    });
    if (this.accounts.size >= REMEMBERED_ACCOUNTS) this.accounts.delete(this.accounts.keys().next().value!);
    this.accounts.set(scope.id, account);
    return account;
  }
}
