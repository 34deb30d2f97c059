import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, NotFound, systemActor } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { Uploads, type UploadSource } from '../../platform/uploads/index.js';
import { Marks } from '../../subjects/index.js';
import { ImportNotHeld } from '../people.errors.js';
import { readPeopleFile } from '../people-file.js';
import { PeopleImportsRepository, type PeopleImportRow } from '../people-imports.repository.js';
import { PeopleRepository } from '../people.repository.js';
import { importPeople } from '../people.jobs.js';
import { Unit } from '../people.entities.js';

const MAXIMUM_BYTES = 100 * 1024 * 1024;
/** More than this share of the active people, and at least so many, does not end without somebody saying so. */
const BRAKE_SHARE = 0.2;
const BRAKE_MINIMUM = 5;
const FEED = 'hr';

export interface ImportOptions {
  readonly dryRun: boolean;
  /** Who is not in the file has left. */
  readonly snapshot: boolean;
  readonly timeZone: string;
}

/** Takes an HR file: receives it, and in the background checks, holds or merges it. */
@Injectable()
export class ImportPeople {
  constructor(
    private readonly database: Database,
    private readonly uploads: Uploads,
    private readonly jobs: Jobs,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async receive(actor: Actor, source: UploadSource, options: ImportOptions): Promise<PeopleImportRow> {
    const upload = await this.uploads.store(source, MAXIMUM_BYTES);
    const id = newId(this.clock);
    return this.database.transaction(async (tx) => {
      const imports = tx.use(PeopleImportsRepository);
      await imports.insert({
        id,
        fileName: upload.fileName,
        uploadId: upload.id,
        options,
        createdBy: actor.id,
        at: this.clock.now(),
      });
      await this.audit.record(tx, {
        type: 'people.import-received',
        actor,
        target: { type: 'people-import', id },
        data: { fileName: upload.fileName, bytes: upload.bytes, sha256: upload.sha256, ...options },
      });
      await this.jobs.enqueue(tx, importPeople, { importId: id, confirmed: false });
      return (await imports.one(id))!;
    });
  }

  /** Lets a held import through: what was shown is what is carried out, because the same file is read again. */
  async confirm(actor: Actor, id: string): Promise<PeopleImportRow> {
    return this.database.transaction(async (tx) => {
      const imports = tx.use(PeopleImportsRepository);
      const held = await imports.forChange(id);
      if (!held) throw new NotFound('import');
      if (held.status !== 'held') throw new ImportNotHeld();
      await imports.requeue(id);
      await this.audit.record(tx, {
        type: 'people.import-confirmed',
        actor,
        target: { type: 'people-import', id },
        data: { counts: held.counts },
      });
      await this.jobs.enqueue(tx, importPeople, { importId: id, confirmed: true });
      return (await imports.one(id))!;
    });
  }

  /** The background part. Safe to repeat: a finished import is left alone, an unfinished one left no trace. */
  async run(id: string, confirmed: boolean): Promise<Record<string, number>> {
    const job = await this.database.transaction(async (tx) => {
      const imports = tx.use(PeopleImportsRepository);
      const row = await imports.forChange(id);
      if (!row || row.status === 'complete' || row.status === 'partial' || row.status === 'failed') return null;
      await imports.start(id, this.clock.now());
      return row;
    });
    if (!job) return {};
    const file = await readPeopleFile(this.uploads.read(job.uploadId), job.options.timeZone);
    if (file.people.length === 0) {
      await this.finish(id, job.uploadId, {
        status: 'failed',
        counts: { rows: file.rows },
        errors: file.errors,
        error: 'Nothing in the file could be taken.',
      });
      return { rows: file.rows, errors: file.errors.length };
    }
    const result = await this.merge(id, job, file, confirmed);
    if (result.status !== 'held') await this.uploads.forget(job.uploadId);
    return result.counts;
  }

  private merge(
    id: string,
    job: PeopleImportRow & { uploadId: string },
    file: Awaited<ReturnType<typeof readPeopleFile>>,
    confirmed: boolean,
  ): Promise<{ status: string; counts: Record<string, number>; errors?: readonly unknown[] }> {
    const at = this.clock.now();
    // A file with bad rows never ends anybody for being missing: they may be in one of the bad rows.
    const snapshot = job.options.snapshot && file.errors.length === 0;
    return this.inTransactionOrNot(
      job.options.dryRun,
      async (tx) => {
        const people = tx.use(PeopleRepository);
        await people.stage(file.people.map((person) => ({ ...person, id: newId(this.clock) })));
        const { active, ending } = await people.wouldEnd(FEED, snapshot);
        const base = { rows: file.rows, taken: file.people.length };
        if (!job.options.dryRun && !confirmed && ending >= BRAKE_MINIMUM && ending > active * BRAKE_SHARE) {
          const counts = { ...base, wouldEnd: ending, active };
          await tx.use(PeopleImportsRepository).finish(id, {
            status: 'held',
            counts,
            errors: file.errors,
            error: `The file would end ${ending} of ${active} people. Nothing was changed. Confirm the import if that is right.`,
            at,
          });
          return { status: 'held', counts };
        }
        const names = new Set((await people.unitsByName()).map(({ name }) => name));
        for (const name of new Set(file.people.flatMap(({ unit }) => unit ?? []))) {
          if (!names.has(name))
            await people.insertUnit(
              Object.assign(new Unit(), { id: newId(this.clock), name, parentId: null, headId: null, version: 1 }),
            );
        }
        const merged = await people.mergeStaged(FEED, snapshot, at);
        const unknown = await people.unknownManagers(FEED);
        const counts = {
          ...base,
          created: merged.created.length,
          updated: merged.updated.length,
          ended: merged.ended.length,
          unchanged: merged.unchanged,
          managersUnknown: unknown.length,
        };
        const errors = [
          ...file.errors,
          ...unknown.map(({ externalId }) => ({
            line: 0,
            field: 'manager',
            detail: `the manager of employee ${externalId} is not in the people source`,
          })),
        ];
        const changed = [...merged.created, ...merged.updated, ...merged.ended];
        if (!job.options.dryRun && changed.length > 0) {
          await this.marks.mark(tx, 'person', ...changed);
          const actor = systemActor('people');
          await this.audit.record(tx, {
            type: 'people.people-merged',
            actor,
            target: { type: 'people-import', id },
            data: { counts, created: merged.created, updated: merged.updated },
          });
          if (merged.ended.length > 0)
            await this.audit.record(tx, {
              type: 'people.persons-ended',
              actor,
              target: { type: 'people-import', id },
              data: { run: id, persons: merged.ended },
            });
        }
        return { status: errors.length > 0 ? 'partial' : 'complete', counts, errors };
      },
      async (tx, result) => {
        if (result.status !== 'held')
          await tx.use(PeopleImportsRepository).finish(id, {
            status: result.status as 'complete',
            counts: result.counts,
            errors: result.errors ?? [],
            error: null,
            at,
          });
      },
    );
  }

  /** A dry run does the very same work and takes it back, so that what it shows is what would happen. */
  private async inTransactionOrNot<R>(
    dryRun: boolean,
    work: (tx: Tx) => Promise<R>,
    record: (tx: Tx, result: R) => Promise<void>,
  ): Promise<R> {
    if (!dryRun) {
      return this.database.transaction(async (tx) => {
        const result = await work(tx);
        await record(tx, result);
        return result;
      });
    }
    const undo = new DryRunOver();
    let result: R | undefined;
    try {
      await this.database.transaction(async (tx) => {
        result = await work(tx);
        throw undo;
      });
    } catch (error) {
      if (error !== undo) throw error;
    }
    await this.database.transaction((tx) => record(tx, result as R));
    return result as R;
  }

  private async finish(
    id: string,
    uploadId: string,
    outcome: { status: 'failed'; counts: Record<string, number>; errors: readonly unknown[]; error: string },
  ): Promise<void> {
    await this.database.transaction((tx) =>
      tx.use(PeopleImportsRepository).finish(id, { ...outcome, at: this.clock.now() }),
    );
    await this.uploads.forget(uploadId);
  }
}

class DryRunOver extends Error {
  override readonly name = 'DryRunOver';
}
