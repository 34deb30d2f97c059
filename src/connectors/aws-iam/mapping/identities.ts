import type { Emitted, IdentityRecord, Ref } from '../../sdk/index.js';
import { needed } from './details.js';
import type { Frame } from './frame.js';
import { iso } from './instants.js';
import { UNKNOWN_USE } from './last-use.js';
import { collectionOf, environmentOf, ownerHints, type Tags } from './tags.js';

/** A user as far as reading its credentials needs to know it. */
export interface UserEntry {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: string | null;
  /** The policy AWS attaches to a user whose key it found in public; null = none, undefined = its policies were not read. */
  readonly quarantinedBy?: string | null;
}

interface NamedUser {
  readonly UserId?: string | undefined;
  readonly UserName?: string | undefined;
  readonly Arn?: string | undefined;
  readonly CreateDate?: Date | string | undefined;
}

/** What later readings need of a user. Throws where the source left out what makes it a user. */
export const userEntry = (user: NamedUser, quarantinedBy?: string | null): UserEntry => ({
  id: needed(user.UserId, 'UserId'),
  name: needed(user.UserName, 'UserName'),
  arn: needed(user.Arn, 'Arn'),
  createdAt: iso(user.CreateDate),
  ...(quarantinedBy === undefined ? {} : { quarantinedBy }),
});

/** What tags and the account say of any identity. */
export function circumstances(frame: Frame, tags: Tags): Partial<IdentityRecord> & { tags: Tags } {
  const environment = environmentOf(tags, frame.environment);
  const collection = collectionOf(tags);
  return {
    tags,
    ...(environment ? { environment } : {}),
    ...(frame.unit ? { unit: frame.unit } : {}),
    ...(collection ? { collection } : {}),
  };
}

/** Attributes without those that have no value. */
export const present = (attributes: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).filter(
      ([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  );

export const hints = (tags: Tags): { ownerHints?: Tags } => {
  const found = ownerHints(tags);
  return found ? { ownerHints: found } : {};
};

/** The name AWS's console gives to the user it makes around an API key. */
const CONSOLE_SHELL = /^(?:BedrockAPIKey|CloudWatchLogsAPIKey)-/;

export interface UserFacts {
  readonly path?: string | undefined;
  readonly tags?: Tags;
  readonly boundary?: string | undefined;
}

/** The record of a user, as far as the facts go. */
export function userRecord(
  frame: Frame,
  user: UserEntry,
  { path, tags = {}, boundary }: UserFacts,
  more: Partial<IdentityRecord> = {},
): IdentityRecord {
  const isShell = CONSOLE_SHELL.test(user.name);
  return {
    entity: 'identity',
    type: 'aws.user',
    id: user.id,
    name: user.name,
    kind: 'user',
    status: 'active',
    createdAt: user.createdAt,
    custody: 'self-held',
    ...(isShell
      ? { nature: { value: 'non-human', because: "its name is that of a user AWS's console makes to hold an API key" } }
      : {}),
    ...circumstances(frame, tags),
    ...more,
    attributes: present({
      arn: user.arn,
      path,
      permissionsBoundary: boundary,
      ...hints(tags),
      ...(isShell ? { shellOfApiKey: true } : {}),
    }),
  };
}

export const userRef = ({ id }: Pick<UserEntry, 'id'>): Ref => ({ type: 'aws.user', id });

export interface GroupEntry {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly path: string | undefined;
  readonly createdAt: string | null;
}

export const groupRecord = (frame: Frame, group: GroupEntry, more: Partial<IdentityRecord> = {}): IdentityRecord => ({
  entity: 'identity',
  type: 'aws.group',
  id: group.id,
  name: group.name,
  kind: 'group',
  status: 'active',
  createdAt: group.createdAt,
  ...circumstances(frame, {}),
  ...more,
  attributes: present({ arn: group.arn, path: group.path }),
});

/** A record of which only a part is known: it adds what is new and leaves the rest as it was. */
export const partial = (record: IdentityRecord): Emitted => ({ record, partial: true });

/** The same of an identity whose use is told only where it could not be read: what was known of it grows old. */
export const partialWithoutUse = (record: IdentityRecord): Emitted => ({ record, use: UNKNOWN_USE, partial: true });
