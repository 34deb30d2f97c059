/** The made-up organisation: a freight company, and the parcel service it bought. */
export const ORGANISATION = 'Sample Logistics';
export const PARENT_UNIT = 'Sample Logistics';
export const ACQUIRED_UNIT = 'Sample Parcels';

export interface SampleAccount {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly unit: string;
}

/** The accounts Mandate is let into. */
export const ACCOUNTS = {
  production: { id: '111122223333', name: 'sample-production', environment: 'production', unit: PARENT_UNIT },
  nonProduction: { id: '444455556666', name: 'sample-non-production', environment: 'development', unit: PARENT_UNIT },
  machineLearning: {
    id: '777788889999',
    name: 'sample-machine-learning',
    environment: 'production',
    unit: PARENT_UNIT,
  },
  acquired: { id: '555566667777', name: 'sample-acquired', environment: 'production', unit: ACQUIRED_UNIT },
} as const satisfies Record<string, SampleAccount>;
export type AccountName = keyof typeof ACCOUNTS;

/** Listed by AWS Organizations like the others; nobody ever made the reader role there. */
export const ARCHIVE = { id: '222233334444', name: 'sample-archive' };
/** An account of the acquired company outside the organisation: known from files somebody exported. */
export const RETURNS = { id: '121212121212', name: 'sample-returns' };
/** Ours too, though no organisation lists it. */
export const PRINT_SHOP = { id: '999900001111', name: 'sample-print-shop' };

export const MONITORING_VENDOR = { id: '333344445555', name: 'Sample Monitoring Vendor' };
export const BACKUP_VENDOR = { id: '666677778888', name: 'Sample Backup Vendor' };
/** Nobody here knows whose these are. */
export const STRANGER = '888899990000';

export const READER_ROLE = 'mandate-reader';
export const READER_EXTERNAL_ID = 'sample-external-id';
export const READER_USER = 'mandate';

/** Names of sources, as people see them. */
export const SOURCES = {
  aws: 'AWS organisation',
  oldBilling: 'AWS old billing account',
  china: 'AWS China (planned)',
  saas: 'SaaS service accounts',
  onPremises: 'On-premises directory',
  returns: 'Parcels returns account (files)',
  legacy: 'Legacy integration register',
} as const;
