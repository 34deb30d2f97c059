import type { Actions, Call } from '../call.js';
import { noSuchEntity } from '../errors.js';
import { uuidFor } from '../ids.js';
import { page } from '../paging.js';
import type { AwsAccount, AwsRole, AwsUser, PolicyDocument, PolicyHolder } from '../world.js';
import { roleArn, userArn } from './arns.js';

/** What a wildcard over everything stands for here; AWS answers with all of its services. */
const EVERY_SERVICE = [
  ...[
    'iam',
    'sts',
    's3',
    'ec2',
    'lambda',
    'dynamodb',
    'sqs',
    'sns',
    'kms',
    'logs',
    'cloudwatch',
    'secretsmanager',
    'ssm',
    'rds',
    'ecs',
    'ecr',
    'eks',
  ],
  ...[
    'cloudformation',
    'cloudtrail',
    'organizations',
    'route53',
    'glue',
    'athena',
    'states',
    'events',
    'apigateway',
    'bedrock',
    'bedrock-agentcore',
    'sagemaker',
    'q',
  ],
];

const listed = (value: unknown): string[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [value as string];

/** A document may be anything: what is no policy allows nothing. */
const listedStatements = ({ Statement: statements }: PolicyDocument): Record<string, unknown>[] =>
  (Array.isArray(statements) ? statements : statements ? [statements] : []) as Record<string, unknown>[];

function servicesOf(document: PolicyDocument): string[] {
  const statements = listedStatements(document);
  return statements.flatMap((statement) => {
    if (statement.Effect !== 'Allow') return [];
    if (statement.NotAction !== undefined)
      return EVERY_SERVICE.filter((service) => !listed(statement.NotAction).includes(`${service}:*`));
    return listed(statement.Action).flatMap((action) =>
      action === '*' ? EVERY_SERVICE : [action.split(':')[0]!.toLowerCase()],
    );
  });
}

function documentsOf(account: AwsAccount, holder: PolicyHolder): PolicyDocument[] {
  const managed = [...holder.attached].flatMap((arn) => {
    const policy = account.policies.get(arn) ?? account.world.awsPolicies.get(arn);
    const version = policy?.versions.find(({ id }) => id === policy.defaultVersion);
    return version ? [version.document] : [];
  });
  return [...holder.inline.values(), ...managed];
}

function principal(account: AwsAccount, arn: string): AwsUser | AwsRole {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const user = account.users.get(name);
  if (user && userArn(account, user) === arn) return user;
  const role = account.roles.get(name);
  if (role && roleArn(account, role) === arn) return role;
  throw noSuchEntity(`entity ${arn}`);
}

const holdersOf = (account: AwsAccount, of: AwsUser | AwsRole): PolicyHolder[] => [
  of,
  ...('groups' in of ? [...of.groups].flatMap((name) => account.groups.get(name) ?? []) : []),
];

function services(call: Call, arn: string) {
  const of = principal(call.account, arn);
  const granted = holdersOf(call.account, of).flatMap((holder) =>
    documentsOf(call.account, holder).flatMap(servicesOf),
  );
  const names = [...new Set([...granted, ...Object.keys(of.lastAccessed)])].sort();
  return names.map((ServiceNamespace) => {
    const last = of.lastAccessed[ServiceNamespace];
    return {
      ServiceName: `Service ${ServiceNamespace}`,
      ServiceNamespace,
      LastAuthenticated: last ? new Date(last.at) : undefined,
      LastAuthenticatedEntity: last ? arn : undefined,
      LastAuthenticatedRegion: last ? (last.region ?? 'us-east-1') : undefined,
      TotalAuthenticatedEntities: last ? 1 : 0,
    };
  });
}

export const lastAccessedActions: Actions = {
  GenerateServiceLastAccessedDetails(call) {
    const arn = call.needed('Arn');
    principal(call.account, arn);
    const id = uuidFor(`job ${call.account.id} ${arn} ${call.account.jobs.size}`);
    call.account.jobs.set(id, {
      id,
      arn,
      askedBy: call.caller.arn,
      askedAt: call.now,
      waits: call.world.waits.lastAccessed,
    });
    return { JobId: id };
  },

  GetServiceLastAccessedDetails(call) {
    const job = call.account.jobs.get(call.needed('JobId'));
    if (!job || job.askedBy !== call.caller.arn) throw noSuchEntity('Report for the given job id');
    if (job.waits > 0) {
      job.waits--;
      return {
        JobStatus: 'IN_PROGRESS',
        JobType: 'SERVICE_LEVEL',
        JobCreationDate: new Date(job.askedAt),
        ServicesLastAccessed: [],
        IsTruncated: false,
      };
    }
    return {
      JobStatus: 'COMPLETED',
      JobType: 'SERVICE_LEVEL',
      JobCreationDate: new Date(job.askedAt),
      JobCompletionDate: new Date(call.now),
      ...page(call, 'ServicesLastAccessed', services(call, job.arn), (service) => service),
    };
  },
};
