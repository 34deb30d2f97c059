import type { AwsAccount, AwsGroup, AwsRole, AwsUser, AwsWorld } from './world.js';
import { invalidInput, noSuchEntity } from './errors.js';
import type { Answer } from './xml.js';

/** Who signed a request. */
export interface Caller {
  readonly account: AwsAccount;
  readonly arn: string;
  readonly userId: string;
  /** The user's name; null for root and for role sessions. */
  readonly userName: string | null;
}

/** One request, as an action sees it. */
export class Call {
  constructor(
    readonly world: AwsWorld,
    readonly action: string,
    readonly caller: Caller,
    private readonly parameters: URLSearchParams,
    readonly now: number,
  ) {}

  /** The account the signing key belongs to. */
  get account(): AwsAccount {
    return this.caller.account;
  }

  text(name: string): string | undefined {
    return this.parameters.get(name) ?? undefined;
  }

  needed(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '')
      throw invalidInput(
        `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
      );
    return value;
  }

  list(name: string): string[] {
    const values: string[] = [];
    for (let index = 1; ; index++) {
      const value = this.text(`${name}.member.${index}`);
      if (value === undefined) return values;
      values.push(value);
    }
  }

  /** The user a call is about; without a name, the caller. */
  user(): AwsUser {
    const name = this.text('UserName') ?? this.caller.userName;
    if (name === null) throw invalidInput('Must specify userName when calling with non-User credentials');
    return this.account.users.get(name) ?? fail(`user with name ${name}`);
  }

  role(): AwsRole {
    const name = this.needed('RoleName');
    return this.account.roles.get(name) ?? fail(`role with name ${name}`);
  }

  group(): AwsGroup {
    const name = this.needed('GroupName');
    return this.account.groups.get(name) ?? fail(`group with name ${name}`);
  }

  /** What a fault may be aimed at: the thing the call names. */
  get resource(): string | undefined {
    for (const name of [
      'UserName',
      'RoleName',
      'GroupName',
      'PolicyArn',
      'AccessKeyId',
      'OpenIDConnectProviderArn',
      'SAMLProviderArn',
      'Arn',
      'RoleArn',
      'JobId',
    ]) {
      const value = this.text(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

/** How one action of a service answers. */
export type Action = (call: Call) => Answer;
export type Actions = Readonly<Record<string, Action>>;

function fail(what: string): never {
  throw noSuchEntity(what);
}
