import type { FileFormat, ImportedFile, Reading, ResourceType, RowProblem, Scope, Session } from '../../sdk/index.js';
import { VendorFailure } from '../../sdk/index.js';
import { RESOURCE_TYPES } from '../resource-types.js';
import { type ImportBatch, readAuthorizationDetails, surveyAuthorizationDetails } from './authorization-details.js';
import { readCredentialReport, surveyCredentialReport } from './credential-report.js';

/** Sources that such files are read into: kept apart from live ones, which are never handed a file. */
const FILE_SOURCE = 'aws-iam-file';

/** A file is handed in by a person: reading it takes no permission, and how far its knowledge of use goes each record says. */
const asFile = (types: readonly string[], telling: readonly string[]): ResourceType[] =>
  RESOURCE_TYPES.filter(({ id }) => types.includes(id)).map(({ id, title, entity, canExpire, canDisable }) => ({
    id,
    title,
    entity,
    permissions: { read: [] },
    ...(canExpire === undefined ? {} : { canExpire }),
    ...(canDisable === undefined ? {} : { canDisable }),
    ...(telling.includes(id) ? { use: { horizonDays: null, lagHours: 0 } } : {}),
  }));

const IN_DETAILS = [
  'aws.user',
  'aws.group',
  'aws.role',
  'aws.federated-trust',
  'aws.managed-policy',
  'aws.aws-managed-policy',
  'aws.inline-policy',
  'aws.group-membership',
  'aws.grant',
];
const IN_REPORT = [
  'aws.root',
  'aws.user',
  'aws.password',
  'aws.access-key',
  'aws.root-access-key',
  'aws.signing-certificate',
];

interface Survey {
  readonly accounts: readonly string[];
  readonly problems: readonly RowProblem[];
}

/** A session over one file: its accounts are its scopes, and one reading tells everything it holds of one. */
function fileSession<S extends Survey>(
  file: ImportedFile,
  types: readonly string[],
  complain: (problem: RowProblem) => void,
  survey: () => Promise<S>,
  read: (account: string, survey: S) => AsyncIterable<ImportBatch>,
): Session {
  let surveyed: Promise<S> | null = null;
  const once = (): Promise<S> => (surveyed ??= survey());
  const reading: Reading = {
    id: 'file',
    types,
    async *read(ctx, scope) {
      let done = 0;
      for await (const { emitted, problems } of read(scope.id, await once())) {
        ctx.signal.throwIfAborted();
        problems.forEach(complain);
        yield emitted;
        ctx.progress((done += emitted.length), 'records');
      }
    },
  };
  return {
    async validate() {
      const { accounts, problems } = await once();
      if (accounts.length === 0)
        throw new VendorFailure(problems[0]?.problem ?? 'The file names no AWS account.', 'malformed');
      return { account: accounts.join(', '), detail: file.name ?? file.sourceName };
    },
    async scopes() {
      const { accounts, problems } = await once();
      problems.forEach(complain);
      return accounts.map((id): Scope => ({ id, name: id, kind: 'aws-account' }));
    },
    readings: [reading],
  };
}

/** A file with the answer of `aws iam get-account-authorization-details`. */
export const awsAuthorizationDetails: FileFormat = {
  id: 'aws-authorization-details',
  title: 'AWS IAM account authorization details',
  connector: FILE_SOURCE,
  mappingVersion: 1,
  resourceTypes: asFile(IN_DETAILS, ['aws.role']),
  open: (file, _lookup, complain) =>
    fileSession(
      file,
      IN_DETAILS,
      complain,
      () => surveyAuthorizationDetails(() => file.open()),
      (account, survey) => readAuthorizationDetails(() => file.open(), { account, survey }),
    ),
};

/** A credential report as AWS gives it. */
export const awsCredentialReport: FileFormat = {
  id: 'aws-credential-report',
  title: 'AWS IAM credential report',
  connector: FILE_SOURCE,
  mappingVersion: 1,
  resourceTypes: asFile(IN_REPORT, ['aws.password', 'aws.access-key', 'aws.root-access-key']),
  open: (file, lookup, complain) =>
    fileSession(
      file,
      IN_REPORT,
      complain,
      () => surveyCredentialReport(() => file.open()),
      (account) => readCredentialReport(() => file.open(), { account, lookup }),
    ),
};
