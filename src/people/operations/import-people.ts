import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, NotFound, systemActor } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { Uploads, type UploadSource } from '../../platform/uploads/index.js';
import { ImportNotHeld, ImportSuperseded } from '../people.errors.js';
import { type HrFileOptions, PeopleFeedsRepository } from '../people-feeds.repository.js';
import { type FileError, type PeopleFile, readPeopleFile } from '../people-file.js';
import { PeopleImportsRepository, type PeopleImportRow } from '../people-imports.repository.js';
import { PeopleRepository } from '../people.repository.js';
import { importPeople } from '../people.jobs.js';
import { Unit } from '../people.entities.js';
import { PersonRecordsRepository } from '../person-records.repository.js';
import { StagedPeopleRepository } from '../staged-people.repository.js';
import { SettlePersons } from './settle-persons.js';

const MAXIMUM_BYTES = 100 * 1024 * 1024;
/** More than this share of the active people, and at least so many, does not end without somebody saying so. */
const BRAKE = { share: 0.2, minimum: 5 };
export const HR_FEED = 'hr';

export interface ImportOptions {
  readonly dryRun: boolean;
  /** Who is not in the file has left. */
  readonly snapshot: boolean;
  readonly timeZone: string;
  /** Our field to the header the file uses, beyond what headers are usually called. */
  readonly mapping?: Readonly<Record<string, string>> | undefined;
}

/** Where a file comes from. */
export interface ImportOrigin {
  readonly feedId: string;
  readonly origin: 'upload' | 'folder';
}

/** Takes an HR file: receives it, and in the background checks, holds or merges it. */
@Injectable()
export class ImportPeople {
  constructor(
    private readonly database: Database,
    private readonly uploads: Uploads,
    private readonly jobs: Jobs,
    private readonly audit: Audit,
    private readonly settle: SettlePersons,
    private readonly clock: Clock,
  ) {}

  async receive(
    actor: Actor,
    source: UploadSource,
    options: ImportOptions,
    from: ImportOrigin,
    also: (tx: Tx, importId: string) => Promise<void> = async () => {},
  ): Promise<PeopleImportRow> {
    const upload = await this.uploads.store(source, MAXIMUM_BYTES);
    const id = newId(this.clock);
    return this.database.transaction(async (tx) => {
      const imports = tx.use(PeopleImportsRepository);
      await imports.insert({
        id,
        ...from,
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
        data: { fileName: upload.fileName, bytes: upload.bytes, sha256: upload.sha256, feed: from.feedId, ...options },
      });
      await also(tx, id);
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
      if (await imports.isSuperseded(id, held.feedId)) throw new ImportSuperseded();
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

  /** The background half. Safe to run twice: a finished import is left alone, an unfinished one left no trace. */
  async run(id: string, confirmed: boolean): Promise<Record<string, number>> {
    const job = await this.database.transaction(async (tx) => {
      const imports = tx.use(PeopleImportsRepository);
      const row = await imports.forChange(id);
      if (!row || row.status === 'complete' || row.status === 'partial' || row.status === 'failed') return null;
      await imports.start(id, this.clock.now());
      return row;
    });
    if (!job) return {};
    const file = await readPeopleFile(this.uploads.read(job.uploadId), job.options.timeZone, job.options.mapping);
    // A sound snapshot of nobody says that everybody has left: that is for the brake, not for an error.
    if (file.people.length === 0 && !(job.options.snapshot && file.errors.length === 0)) {
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
    job: PeopleImportRow,
    file: PeopleFile,
    confirmed: boolean,
  ): Promise<{ status: PeopleImportRow['status']; counts: Record<string, number> }> {
    const at = this.clock.now();
    return this.database.transaction(async (tx) => {
      const staged = tx.use(StagedPeopleRepository);
      const feed = (await tx.use(PeopleFeedsRepository).one(job.feedId))!;
      await tx.use(PersonRecordsRepository).adopt(feed.name);
      await staged.stage(file.people.map((person) => ({ ...person, id: newId(this.clock) })));
      const taken = await staged.takenUserNames(feed.id);
      await staged.unstage(taken.map(({ key }) => key));
      const problems: FileError[] = [
        ...file.errors,
        ...taken.map(({ key }) => complaint('userName', `the user name of employee ${key} belongs to somebody else`)),
      ];
      // A file with bad rows never ends anybody for being missing: they may be in one of the bad rows.
      const snapshot = job.options.snapshot && problems.length === 0;
      const base = { rows: file.rows, taken: file.people.length - taken.length };
      const done = async (outcome: Omit<Parameters<PeopleImportsRepository['finish']>[1], 'at'>) => {
        await tx.use(PeopleImportsRepository).finish(id, { ...outcome, at });
        return outcome;
      };
      await staged.writeChanges(id, feed.id, snapshot);
      const { active, ending } = await staged.wouldEnd(feed.id, snapshot);
      if (!job.options.dryRun && !confirmed && isTooMany(active, ending, feed.options))
        return done({
          status: 'held',
          counts: { ...base, wouldEnd: ending, active },
          errors: problems,
          error: `The file would end ${ending} of ${active} people. Nothing was changed. Look at its changes, and confirm the import if they are right.`,
        });
      const apply = () => this.apply(tx, id, file, feed.id, snapshot, at);
      const { counts, unknown } = job.options.dryRun ? await staged.takenBack(apply) : await apply();
      const errors = [
        ...problems,
        ...unknown.map(({ key }) => complaint('manager', `the manager of employee ${key} is not in the people source`)),
      ];
      return done({
        status: errors.length > 0 ? 'partial' : 'complete',
        counts: {
          ...base,
          ...counts,
          ...(job.options.dryRun
            ? { wouldEnd: ending, active, wouldBeHeld: Number(isTooMany(active, ending, feed.options)) }
            : {}),
        },
        errors,
        error: null,
      });
    });
  }

  private async apply(tx: Tx, id: string, file: PeopleFile, feedId: string, snapshot: boolean, at: Date) {
    const people = tx.use(PeopleRepository);
    const staged = tx.use(StagedPeopleRepository);
    const names = new Set((await people.unitsByName()).map(({ name }) => name));
    for (const name of new Set(file.people.flatMap(({ unit }) => unit ?? []))) {
      if (!names.has(name))
        await people.insertUnit(
          Object.assign(new Unit(), { id: newId(this.clock), name, parentId: null, headId: null, version: 1 }),
        );
    }
    const merged = await staged.merge(feedId, snapshot, at);
    const cause = { actor: systemActor('people'), run: { type: 'people-import', id } };
    const touched = [...merged.created, ...merged.updated, ...merged.ended];
    await this.settle.records(tx, cause, touched);
    const unknown = await staged.unknownManagers(feedId);
    const counts = {
      created: merged.created.length,
      updated: merged.updated.length,
      ended: merged.ended.length,
      unchanged: merged.unchanged,
      managersUnknown: unknown.length,
    };
    if (touched.length > 0)
      await this.audit.record(tx, {
        type: 'people.people-merged',
        actor: cause.actor,
        target: cause.run,
        data: { counts, feed: feedId },
      });
    return { counts, unknown };
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

/** Everybody at once is always too many; else it takes the share and the number the feed is set to. */
const isTooMany = (active: number, ending: number, { brakeShare, brakeMinimum }: HrFileOptions): boolean =>
  (ending >= 2 && ending === active) ||
  (ending >= (brakeMinimum ?? BRAKE.minimum) && ending > active * (brakeShare ?? BRAKE.share));

const complaint = (field: string, detail: string): FileError => ({ line: 0, field, detail });
