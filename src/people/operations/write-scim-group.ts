import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId, UUID } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound } from '../../platform/http/index.js';
import { NameTaken } from '../people.errors.js';
import type { Feed } from '../people-feeds.repository.js';
import { ScimRequestRefused } from '../scim/scim-errors.js';
import type { PatchPath } from '../scim/scim-filter.js';
import { parsePatchPath } from '../scim/scim-filter.js';
import { type PatchOperation, placesIn } from '../scim/scim-patch.js';
import { GROUP } from '../scim/scim-schemas.js';
import { ScimRepository } from '../scim/scim.repository.js';
import { type Document, isObject, readValue } from '../scim/scim-values.js';
import { FillTeams } from './fill-teams.js';

interface GroupHead {
  readonly id: string;
  displayName: string;
  externalId: string | null;
  readonly version: number;
}

/** What a SCIM client does with groups of its own feed. Members are changed in sets, never read to be written back. */
@Injectable()
export class WriteScimGroup {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly teams: FillTeams,
    private readonly clock: Clock,
  ) {}

  async create(actor: Actor, feed: Feed, document: Document): Promise<string> {
    const id = newId(this.clock);
    const head = headOf(document);
    await this.once(async (tx) => {
      const groups = tx.use(ScimRepository);
      if (await groups.groupNameTaken(feed.id, head.displayName, null)) throw new NameTaken('group');
      await groups.insertGroup({ id, feedId: feed.id, ...head, at: this.clock.now() });
      await groups.addMembers(id, await this.members(tx, feed, document.members));
      await this.tell(tx, actor, 'people.scim-group-added', id, feed, head.displayName);
    });
    return id;
  }

  async replace(actor: Actor, feed: Feed, id: string, seen: number | null, document: Document): Promise<void> {
    await this.change(actor, feed, id, seen, async (tx, group) => {
      Object.assign(group, headOf(document));
      const members = await this.members(tx, feed, document.members);
      const groups = tx.use(ScimRepository);
      return (await groups.removeMembersBut(id, members)) + (await groups.addMembers(id, members));
    });
  }

  async patch(
    actor: Actor,
    feed: Feed,
    id: string,
    seen: number | null,
    operations: readonly PatchOperation[],
  ): Promise<void> {
    await this.change(actor, feed, id, seen, async (tx, group) => {
      let moved = 0;
      for (const { op, path, value } of operations) {
        if (path === null && op === 'remove') throw new ScimRequestRefused('noTarget', 'A removal needs a path.');
        const places = path === null ? placesIn(GROUP, value) : [{ path: parsePatchPath(GROUP, path), value }];
        for (const place of places) moved += await this.apply(tx, feed, group, op, place.path, place.value);
      }
      return moved;
    });
  }

  async remove(actor: Actor, feed: Feed, id: string, seen: number | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const group = await tx.use(ScimRepository).groupForChange(feed.id, id);
      if (!group) throw new NotFound('group');
      if (seen !== null) assertUnchanged(group, seen);
      await this.teams.letGo(tx, actor, id);
      await tx.use(ScimRepository).deleteGroup(id);
      await this.tell(tx, actor, 'people.scim-group-removed', id, feed, group.displayName);
    });
  }

  /** Returns how many memberships moved. */
  private async apply(
    tx: Tx,
    feed: Feed,
    group: GroupHead,
    op: PatchOperation['op'],
    { path, filter, sub }: PatchPath,
    value: unknown,
  ): Promise<number> {
    const { attribute } = path;
    const groups = tx.use(ScimRepository);
    if (attribute.name === 'members') {
      if (sub !== null || path.sub !== null)
        throw new ScimRequestRefused('mutability', 'A member is added or removed, not changed.');
      if (op !== 'remove') {
        if (filter !== null) throw new ScimRequestRefused('invalidPath', 'Members are added by value, not by filter.');
        const ids = await this.members(tx, feed, readValue(attribute, value));
        return (
          (op === 'replace' ? await groups.removeMembersBut(group.id, ids) : 0) +
          (await groups.addMembers(group.id, ids))
        );
      }
      if (filter !== null) {
        if (filter.is !== 'compare' || filter.operator !== 'eq' || filter.place.name !== 'value')
          throw new ScimRequestRefused('invalidFilter', 'Members are picked by their value: members[value eq "…"].');
        return groups.removeMembers(group.id, idsIn([{ value: filter.value }]));
      }
      if (value === undefined || value === null) return groups.removeMembersBut(group.id, []);
      return groups.removeMembers(group.id, idsIn(readValue(attribute, value)));
    }
    if (attribute.mutability === 'readOnly' || (attribute.name !== 'displayName' && attribute.name !== 'externalId')) {
      throw new ScimRequestRefused('mutability', `"${attribute.name}" cannot be set by a client.`);
    }
    const read = op === 'remove' ? undefined : (readValue(attribute, value) as string | undefined);
    if (attribute.name === 'externalId') group.externalId = read ?? null;
    else if (read === undefined)
      throw new ScimRequestRefused(op === 'remove' ? 'mutability' : 'invalidValue', '"displayName" is required.');
    else group.displayName = read;
    return 0;
  }

  /** The ids of people of this feed; anybody else is nobody here. */
  private async members(tx: Tx, feed: Feed, given: unknown): Promise<string[]> {
    const ids = idsIn(given, true);
    const known = await tx.use(ScimRepository).known(feed.id, ids);
    if (ids.some((id) => !known.has(id.toLowerCase())))
      throw new ScimRequestRefused('invalidValue', 'A member is nobody of this feed.');
    return ids;
  }

  private async change(
    actor: Actor,
    feed: Feed,
    id: string,
    seen: number | null,
    work: (tx: Tx, group: GroupHead) => Promise<number>,
  ): Promise<void> {
    await this.once(async (tx) => {
      const groups = tx.use(ScimRepository);
      const before = await groups.groupForChange(feed.id, id);
      if (!before) throw new NotFound('group');
      if (seen !== null) assertUnchanged(before, seen);
      const group: GroupHead = { ...before };
      const moved = await work(tx, group);
      if (moved === 0 && group.displayName === before.displayName && group.externalId === before.externalId) return;
      if (await groups.groupNameTaken(feed.id, group.displayName, id)) throw new NameTaken('group');
      await groups.saveGroup({ ...group, version: before.version + 1, at: this.clock.now() });
      await this.tell(tx, actor, 'people.scim-group-changed', id, feed, group.displayName, moved);
      if (moved > 0) await this.teams.from(tx, actor, [id]);
    });
  }

  private async once(work: (tx: Tx) => Promise<void>): Promise<void> {
    try {
      await this.database.transaction(work);
    } catch (error) {
      const { code, constraint } = error as { code?: string; constraint?: string };
      if (code === '23505' && constraint === 'people_groups_by_name') throw new NameTaken('group');
      throw error;
    }
  }

  private tell(
    tx: Tx,
    actor: Actor,
    type: `people.${string}`,
    id: string,
    feed: Feed,
    displayName: string,
    moved = 0,
  ): Promise<void> {
    return this.audit.record(tx, {
      type,
      actor,
      target: { type: 'people-group', id },
      data: { feed: feed.id, displayName, memberships: moved },
    });
  }
}

function headOf(document: Document): { displayName: string; externalId: string | null } {
  const { displayName, externalId } = document;
  if (typeof displayName !== 'string') throw new ScimRequestRefused('invalidValue', '"displayName" is required.');
  return { displayName, externalId: typeof externalId === 'string' ? externalId : null };
}

/** Ids out of values. Who is to be removed and is no id of ours is in no group; who is to be added has to be one. */
function idsIn(given: unknown, strictly = false): string[] {
  const ids = (Array.isArray(given) ? given : []).map((one: unknown) => (isObject(one) ? one.value : null));
  if (strictly && ids.some((id) => typeof id !== 'string' || !UUID.test(id)))
    throw new ScimRequestRefused('invalidValue', 'A member is nobody of this feed.');
  return [
    ...new Set(ids.filter((id): id is string => typeof id === 'string' && UUID.test(id)).map((id) => id.toLowerCase())),
  ];
}
