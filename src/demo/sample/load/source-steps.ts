import { legacyRegister } from '../imports/legacy-register.js';
import { onPremisesFile } from '../imports/on-premises.js';
import { returnsFiles } from '../imports/returns-account.js';
import { saasFile } from '../imports/saas.js';
import {
  ACCOUNTS,
  BACKUP_VENDOR,
  MONITORING_VENDOR,
  PRINT_SHOP,
  READER_EXTERNAL_ID,
  READER_ROLE,
  SOURCES,
} from '../organisation.js';
import type { Loading, Step } from './loading.js';
import { fileForm, over, type Run, seenBy, sourceNamed, sync } from './runs.js';

/** Where the secret of a source that is no longer let in is kept; the demo sets it. */
export const OLD_BILLING_SECRET = 'MANDATE_SOURCE_OLD_BILLING';
const OLD_BILLING_KEY = 'AKIASAMPLEOLDBILLING';

const CONNECTIONS = [
  {
    name: SOURCES.aws,
    schedule: '20 3 * * *',
    config: {
      organization: { roleName: READER_ROLE, externalId: READER_EXTERNAL_ID },
      accounts: Object.values(ACCOUNTS).map((account) => ({
        ...account,
        roleArn: `arn:aws:iam::${account.id}:role/${READER_ROLE}`,
        externalId: READER_EXTERNAL_ID,
      })),
      trustedAccounts: [PRINT_SHOP.id],
      vendors: [MONITORING_VENDOR, BACKUP_VENDOR].map(({ id, name }) => ({ account: id, name })),
    },
  },
  // Its key was deleted over there, and nobody told us.
  {
    name: SOURCES.oldBilling,
    schedule: null,
    config: { credentials: { accessKeyId: OLD_BILLING_KEY, secretAccessKey: { env: OLD_BILLING_SECRET } } },
  },
  // Configured, and waiting for somebody to let us in.
  { name: SOURCES.china, schedule: null, config: { region: 'cn-north-1' } },
] as const;

export const awsStep: Step = {
  title: 'AWS, through the connector',
  async run(loading) {
    const { setup } = loading;
    for (const { name, schedule, config } of CONNECTIONS)
      if (!(await sourceNamed(setup, name)))
        await setup.post('sources', { name, connector: 'aws-iam', schedule, config });
    const [run] = await Promise.all(
      [SOURCES.aws, SOURCES.oldBilling].map(async (name) => sync(loading, (await sourceNamed(setup, name))!)),
    );
    return told(run!);
  },
};

/** What a restart does: the sample is there, and is only read again. */
export const rereadStep: Step = {
  title: 'AWS, read again',
  run: async (loading) => told(await sync(loading, (await sourceNamed(loading.setup, SOURCES.aws))!)),
};

const told = (run: Run): string =>
  `${seenBy(run, 'identities')} identities and ${seenBy(run, 'credentials')} credentials in four accounts; a fifth could not be read`;

interface File {
  readonly source: string;
  readonly format: string;
  readonly name: string;
  readonly text: string;
}

async function importFile(loading: Loading, { source, format, name, text }: File): Promise<Run> {
  const form = fileForm({ format, source, mode: 'snapshot' }, name, text);
  const { body } = await loading.setup.call<Run>('POST', 'imports', { form });
  return over<Run>(loading, `sync-runs/${body.id}`);
}

export const filesStep: Step = {
  title: 'Files beside it',
  async run(loading) {
    const { setup, time } = loading;
    const returns = returnsFiles(time);
    const csv = { format: 'csv', name: 'saas-service-accounts.csv' };
    const files: File[][] = [
      [{ ...csv, source: SOURCES.saas, text: saasFile(time) }],
      [{ source: SOURCES.onPremises, format: 'ndjson', name: 'directory.ndjson', text: onPremisesFile(time, 'whole') }],
      [
        {
          source: SOURCES.returns,
          format: 'aws-authorization-details',
          name: 'authorization-details.json',
          text: returns.details,
        },
        {
          source: SOURCES.returns,
          format: 'aws-credential-report',
          name: 'credential-report.csv',
          text: returns.report,
        },
      ],
      [{ ...csv, source: SOURCES.legacy, name: 'integrations.csv', text: legacyRegister(time, 'whole') }],
    ];
    let identities = 0;
    for (const ofOneSource of files) {
      // What went wrong with its next file later in the story stays as it is.
      const before = await sourceNamed(setup, ofOneSource[0]!.source);
      if (before && before.status !== 'complete') continue;
      for (const file of ofOneSource) {
        const run = await importFile(loading, file);
        if (run.status !== 'complete') throw new Error(`${file.name} could not be taken in (${run.status}).`);
        identities += seenBy(run, 'identities');
      }
    }
    return `${identities} identities from five files: CSV, NDJSON, and what AWS itself exports`;
  },
};

export const troubleStep: Step = {
  title: 'The next month’s files',
  async run(loading) {
    const { setup, time } = loading;
    const next: (File & { readonly ends: string })[] = [
      {
        source: SOURCES.onPremises,
        format: 'ndjson',
        name: 'directory.ndjson',
        text: onPremisesFile(time, 'cut short'),
        ends: 'held',
      },
      {
        source: SOURCES.legacy,
        format: 'csv',
        name: 'integrations.csv',
        text: legacyRegister(time, 'broken'),
        ends: 'partial',
      },
    ];
    for (const { ends, ...file } of next)
      if ((await sourceNamed(setup, file.source))!.status !== ends) await importFile(loading, file);
    return 'one is cut short and held, one breaks off: nothing is removed on their word';
  },
};
