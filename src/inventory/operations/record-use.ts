import { Injectable } from '@nestjs/common';
import type { LastUse, SourceRecord } from '../../connectors/sdk/index.js';
import { Database } from '../../platform/database/index.js';
import { Marks } from '../../subjects/index.js';
import { KIND_OF, MERGE_KINDS, SUBJECT_OF } from '../merge-kinds.js';
import { holdersOf, writeUse } from '../queries/write-use.js';

/** Last use of records that are otherwise unchanged. No audit entry and no history: nothing was changed by anybody. */
@Injectable()
export class RecordUse {
  constructor(
    private readonly database: Database,
    private readonly marks: Marks,
  ) {}

  async execute(
    sourceId: string,
    items: readonly { readonly record: SourceRecord; readonly use: LastUse }[],
  ): Promise<void> {
    if (items.length === 0) return;
    await this.database.transaction(async (tx) => {
      for (const kind of MERGE_KINDS) {
        const subject = SUBJECT_OF[kind];
        if (!subject) continue;
        const moved = await writeUse(
          tx,
          sourceId,
          kind,
          items.filter(({ record }) => KIND_OF[record.entity] === kind),
        );
        await this.marks.useMoved(tx, subject, moved);
        await this.marks.useMoved(tx, 'identity', await holdersOf(tx, kind, moved));
      }
    });
  }
}
