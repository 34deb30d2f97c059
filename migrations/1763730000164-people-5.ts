import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Addresses are looked up while they are written: what waits in the index's list would be read from end to end each time. */
export class PeopleAddresses1763730000164 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER INDEX person_records_by_address SET (fastupdate = off)');
    await runner.query(`SELECT gin_clean_pending_list('person_records_by_address'::regclass)`);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
