import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound } from '../../platform/http/index.js';
import { DirectoryGroupsRepository } from '../directory-groups.repository.js';
import { UserNameTaken } from '../people.errors.js';
import type { Feed } from '../people-feeds.repository.js';
import { type PersonRecord, PersonRecordsRepository } from '../person-records.repository.js';
import { documentOf, newScimRecord, recordOf, saysTheSame } from '../scim/scim-records.js';
import { applyPatch, type PatchOperation } from '../scim/scim-patch.js';
import { USER } from '../scim/scim-schemas.js';
import { ScimRepository } from '../scim/scim.repository.js';
import type { Document } from '../scim/scim-values.js';
import { FillTeams } from './fill-teams.js';
import { SettlePersons } from './settle-persons.js';

/** What a SCIM client does with the people of its own feed. */
@Injectable()
export class WriteScimUser {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly teams: FillTeams,
    private readonly settle: SettlePersons,
    private readonly clock: Clock,
  ) {}

  async create(actor: Actor, feed: Feed, document: Document): Promise<string> {
    const id = newId(this.clock);
    const now = this.clock.now();
    const record = recordOf(newScimRecord(id, feed.id, now), document, now);
    await this.once(async (tx) => {
      await this.assertFree(tx, feed, record);
      await tx.use(PersonRecordsRepository).put(record);
      await this.settle.records(tx, { actor, run: null }, [id]);
      await this.tell(tx, actor, 'people.scim-user-added', feed, record);
    });
    return id;
  }

  /** PUT: what is not sent is gone, but for whether they work here, which has to be said. */
  replace(actor: Actor, feed: Feed, id: string, seen: number | null, document: Document): Promise<void> {
    return this.change(actor, feed, id, seen, () => document);
  }

  patch(
    actor: Actor,
    feed: Feed,
    id: string,
    seen: number | null,
    operations: readonly PatchOperation[],
  ): Promise<void> {
    return this.change(actor, feed, id, seen, (before) => applyPatch(USER, documentOf(before), operations));
  }

  /** They are gone from the feed and have left; what they answered for still knows them. */
  async remove(actor: Actor, feed: Feed, id: string, seen: number | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const records = tx.use(PersonRecordsRepository);
      const before = await records.ofFeedForChange(feed.id, id);
      if (!before) throw new NotFound('user');
      if (seen !== null) assertUnchanged(before, seen);
      const now = this.clock.now();
      await records.put({
        ...before,
        status: 'left',
        statusAt: before.status === 'left' ? before.statusAt : now,
        leavesAt: before.leavesAt ?? now,
        deletedAt: now,
        updatedAt: now,
        version: before.version + 1,
      });
      const groups = await tx.use(DirectoryGroupsRepository).ofRecord(id);
      await tx.use(ScimRepository).leaveGroups(id);
      await this.settle.records(tx, { actor, run: null }, [id]);
      await this.teams.from(tx, actor, groups);
      await this.tell(tx, actor, 'people.scim-user-removed', feed, before);
    });
  }

  private async change(
    actor: Actor,
    feed: Feed,
    id: string,
    seen: number | null,
    next: (before: PersonRecord) => Document,
  ): Promise<void> {
    await this.once(async (tx) => {
      const records = tx.use(PersonRecordsRepository);
      const before = await records.ofFeedForChange(feed.id, id);
      if (!before) throw new NotFound('user');
      if (seen !== null) assertUnchanged(before, seen);
      const record = recordOf(before, next(before), this.clock.now());
      if (saysTheSame(before, record)) return;
      await this.assertFree(tx, feed, record);
      await records.put(record);
      await this.settle.records(tx, { actor, run: null }, [id]);
      await this.tell(tx, actor, 'people.scim-user-changed', feed, record);
    });
  }

  private async assertFree(tx: Tx, feed: Feed, { userName, id }: PersonRecord): Promise<void> {
    if (await tx.use(PersonRecordsRepository).userNameTaken(feed.id, userName!, id)) throw new UserNameTaken();
  }

  /** Two that take one user name at once both find it free; the index lets one through. */
  private async once(work: (tx: Tx) => Promise<void>): Promise<void> {
    try {
      await this.database.transaction(work);
    } catch (error) {
      const { code, constraint } = error as { code?: string; constraint?: string };
      if (code === '23505' && constraint === 'person_records_by_user_name') throw new UserNameTaken();
      throw error;
    }
  }

  private tell(tx: Tx, actor: Actor, type: `people.${string}`, feed: Feed, record: PersonRecord): Promise<void> {
    return this.audit.record(tx, {
      type,
      actor,
      target: { type: 'person-record', id: record.id },
      data: { feed: feed.id, userName: record.userName, active: record.status !== 'left', version: record.version },
    });
  }
}
