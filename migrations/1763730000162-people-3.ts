import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A transmitter of security events may be switched off; of each event its digest is kept, so that another one under its id is seen. */
export class PeopleSignals1763730000162 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
ALTER TABLE signal_transmitters ADD COLUMN enabled boolean NOT NULL DEFAULT true;
ALTER TABLE signal_events ADD COLUMN digest text NOT NULL DEFAULT '';
`;
