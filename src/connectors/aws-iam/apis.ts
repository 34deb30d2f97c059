import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { STSClient } from '@aws-sdk/client-sts';
import { type ConnectorHost, VendorFailure } from '../sdk/index.js';
import { isAbsent, isRejectedInput, vendorFailure } from './errors.js';
import { Gate } from './gate.js';
import type { Limits } from './limits.js';
import type { Permission } from './permissions.js';
import { RetryBudget } from './retry-budget.js';
import type { Signing } from './sign-in.js';

type Http = IAMClient['config']['requestHandler'];
interface Sent {
  readonly abortSignal: AbortSignal;
}

/** What the clients of one session share: where they connect to, and the connections. */
export interface Wire {
  readonly host: ConnectorHost;
  readonly limits: Limits;
  readonly region: string;
  readonly http: Http;
}

/** Connections of a session. Closing it closes them all. */
export function openHttp(limits: Limits): Http {
  const timeouts = {
    requestTimeout: limits.callTimeoutMs,
    throwOnRequestTimeout: true,
    socketTimeout: limits.callTimeoutMs,
    connectionTimeout: Math.min(limits.callTimeoutMs, 10_000),
  };
  return new IAMClient({ region: 'us-east-1', requestHandler: timeouts }).config.requestHandler;
}

/** AWS says that what a call names is not there. For the caller to decide on: it is an answer, not a failure. */
export class Absent extends Error {
  override readonly name = 'Absent';
}
/** AWS does not take the call as it was made. */
export class RejectedInput extends VendorFailure {}

type Service = 'IAM' | 'STS' | 'ORGANIZATIONS';
const MAKE = { IAM: IAMClient, STS: STSClient, ORGANIZATIONS: OrganizationsClient } as const;
type Clients = { [S in Service]: InstanceType<(typeof MAKE)[S]> };

/**
 * The AWS APIs as one signed-in party reaches them. Every API has a client of its own, and with it a retry budget of its
 * own: one that fails all the time cannot use up the patience the others need.
 */
export class AwsApis {
  private readonly clients = new Map<
    string,
    { client: IAMClient | STSClient | OrganizationsClient; budget: RetryBudget }
  >();
  private readonly gate: Gate;

  constructor(
    private readonly wire: Wire,
    private readonly signing: (signal: AbortSignal) => Promise<Signing>,
  ) {
    this.gate = new Gate(wire.limits.inFlight);
  }

  /** Calls IAM. What goes wrong is thrown as a VendorFailure that names the permission, or as Absent. */
  iam<O>(
    permission: Permission<'iam'>,
    signal: AbortSignal,
    send: (client: IAMClient, sent: Sent) => Promise<O>,
  ): Promise<O> {
    return this.call('IAM', permission, signal, send);
  }

  sts<O>(
    permission: Permission<'sts'>,
    signal: AbortSignal,
    send: (client: STSClient, sent: Sent) => Promise<O>,
  ): Promise<O> {
    return this.call('STS', permission, signal, send);
  }

  organizations<O>(
    permission: Permission<'organizations'>,
    signal: AbortSignal,
    send: (client: OrganizationsClient, sent: Sent) => Promise<O>,
  ): Promise<O> {
    return this.call('ORGANIZATIONS', permission, signal, send);
  }

  /** Signs in, and does nothing more: shows whether it can be done. */
  async signIn(signal: AbortSignal): Promise<void> {
    await this.signing(signal);
  }

  private async call<S extends Service, O>(
    service: S,
    permission: string,
    signal: AbortSignal,
    send: (client: Clients[S], sent: Sent) => Promise<O>,
  ): Promise<O> {
    const leave = await this.gate.enter(signal);
    try {
      // Signing is asked for here, not by the client: what refuses it must not look like a refusal of this call.
      const signing = await this.signing(signal);
      return await send(this.clientOf(service, permission, signing, signal), { abortSignal: signal });
    } catch (error) {
      signal.throwIfAborted();
      if (isAbsent(error)) throw new Absent(`${permission}: not there`);
      const failure = vendorFailure(error, permission);
      throw isRejectedInput(error) && failure instanceof VendorFailure
        ? new RejectedInput(failure.message, failure.reason, failure.permission)
        : failure;
    } finally {
      leave();
    }
  }

  private clientOf<S extends Service>(
    service: S,
    permission: string,
    signing: Signing,
    signal: AbortSignal,
  ): Clients[S] {
    let known = this.clients.get(permission);
    if (!known) {
      const { host, limits, region, http } = this.wire;
      const budget = new RetryBudget(limits.attempts, limits.retriesPerApi, (ms, waiting) => host.pause(ms, waiting));
      const endpoint = host.environment[`AWS_ENDPOINT_URL_${service}`] ?? host.environment.AWS_ENDPOINT_URL;
      const client = new MAKE[service]({
        region,
        requestHandler: http,
        retryStrategy: budget,
        maxAttempts: limits.attempts,
        credentials: () => this.signing(budget.signal ?? signal),
        userAgentAppId: 'mandate',
        // Told here, so that no client goes looking through the files and variables of this machine by itself.
        retryMode: 'standard',
        defaultsMode: 'standard',
        authSchemePreference: [],
        useFipsEndpoint: host.environment.AWS_USE_FIPS_ENDPOINT === 'true',
        useDualstackEndpoint: host.environment.AWS_USE_DUALSTACK_ENDPOINT === 'true',
        ...(endpoint ? { endpoint } : {}),
      });
      known = { client, budget };
      this.clients.set(permission, known);
    }
    known.budget.signal = signal;
    return known.client as Clients[S];
  }
}
