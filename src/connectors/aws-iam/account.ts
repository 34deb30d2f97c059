import type { IAMClient, User } from '@aws-sdk/client-iam';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { type ConnectorHost, drain } from '../sdk/index.js';
import { malformed, usedAs } from './answers.js';
import type { AwsApis } from './apis.js';
import type { Limits } from './limits.js';
import type { Frame } from './mapping/frame.js';
import { type UserEntry, userEntry } from './mapping/identities.js';
import type { Permission } from './permissions.js';

interface Page {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}
interface PageInput {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** One account while it is read: how it is called, and what readings learn for one another. */
export class Account {
  /** How many access keys the root has; null = not known. */
  rootAccessKeys: number | null = null;
  private users: Promise<ReadonlyMap<string, UserEntry>> | null = null;

  constructor(
    readonly frame: Frame,
    readonly apis: AwsApis,
    readonly host: ConnectorHost,
    readonly limits: Limits,
    readonly options: { readonly serviceLastAccessed: boolean },
  ) {}

  /** Walks a listing of IAM page by page. An answer that is no page of it is an error, never an empty list. */
  pages<T, O extends Page>(
    permission: Permission<'iam'>,
    signal: AbortSignal,
    send: (iam: IAMClient, input: PageInput, sent: { abortSignal: AbortSignal }) => Promise<O>,
    itemsOf: (answer: O) => readonly T[] | undefined,
  ): AsyncGenerator<readonly T[]> {
    const { pageItems, maxPages } = this.limits;
    return drain(
      permission,
      async (cursor) => {
        const answer = await this.apis.iam(permission, signal, (iam, sent) =>
          send(
            iam,
            {
              ...(cursor === undefined ? {} : { Marker: cursor }),
              ...(pageItems === undefined ? {} : { MaxItems: pageItems }),
            },
            sent,
          ),
        );
        const items = itemsOf(answer);
        if (items === undefined && answer.IsTruncated === undefined)
          throw malformed(permission, 'holds nothing that belongs in it');
        if (answer.IsTruncated && !answer.Marker) throw malformed(permission, 'says that there is more and not where');
        // A mark that comes with a last page means nothing.
        return { items: items ?? [], next: answer.IsTruncated ? answer.Marker : null };
      },
      maxPages,
    );
  }

  /** The users of the account by name, from whichever reading saw them first. */
  usersByName(signal: AbortSignal): Promise<ReadonlyMap<string, UserEntry>> {
    this.users ??= this.listUsers(signal).catch((error: unknown) => {
      this.users = null;
      throw error;
    });
    return this.users;
  }

  learnUsers(users: ReadonlyMap<string, UserEntry>): void {
    this.users = Promise.resolve(users);
  }

  userPages(signal: AbortSignal): AsyncGenerator<readonly User[]> {
    return this.pages(
      'iam:ListUsers',
      signal,
      (iam, input, sent) => iam.send(new ListUsersCommand(input), sent),
      ({ Users }) => Users,
    );
  }

  private async listUsers(signal: AbortSignal): Promise<ReadonlyMap<string, UserEntry>> {
    const users = new Map<string, UserEntry>();
    for await (const page of this.userPages(signal))
      for (const user of page) {
        const entry = usedAs('iam:ListUsers', () => userEntry(user));
        users.set(entry.name, entry);
      }
    return users;
  }
}
