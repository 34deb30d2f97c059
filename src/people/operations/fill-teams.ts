import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import type { Tx } from '../../platform/database/index.js';
import type { Actor } from '../../platform/http/index.js';
import { DirectoryGroupsRepository } from '../directory-groups.repository.js';

/** Keeps teams that are filled from a group of the directory as the group is, in the transaction that changed it. */
@Injectable()
export class FillTeams {
  constructor(private readonly audit: Audit) {}

  async from(tx: Tx, actor: Actor, groups: readonly string[]): Promise<void> {
    if (groups.length === 0) return;
    for (const { teamId, name, group, added, removed } of await tx.use(DirectoryGroupsRepository).fillTeams(groups))
      await this.audit.record(tx, {
        type: 'people.team-changed',
        actor,
        target: { type: 'team', id: teamId },
        data: { name, group, added, removed },
      });
  }

  /**
   * The directory is about to delete a group. Its teams stay with whoever was in them last, and are staffed by hand from
   * then on: what they look after must not lose everybody because somebody tidied up elsewhere.
   */
  async letGo(tx: Tx, actor: Actor, groupId: string): Promise<void> {
    for (const { teamId, name } of await tx.use(DirectoryGroupsRepository).letGo(groupId))
      await this.audit.record(tx, {
        type: 'people.team-changed',
        actor,
        target: { type: 'team', id: teamId },
        data: { name, group: null, was: groupId, because: 'the directory deleted the group' },
      });
  }
}
