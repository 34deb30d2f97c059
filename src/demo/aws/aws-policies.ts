import { uniqueId } from './ids.js';
import type { ManagedPolicy, Partition, PolicyDocument } from './world.js';

const allow = (
  actions: string | readonly string[],
  resources: string | readonly string[] = '*',
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
  ...more,
});
const document = (...statements: Record<string, unknown>[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

const READS = [
  's3',
  'ec2',
  'rds',
  'lambda',
  'dynamodb',
  'sqs',
  'sns',
  'logs',
  'cloudwatch',
  'cloudformation',
  'cloudtrail',
  'iam',
  'ecs',
  'eks',
  'route53',
  'kms',
  'glue',
  'athena',
];
const MANY_READS = [
  ...READS,
  'bedrock',
  'sagemaker',
  'states',
  'events',
  'ecr',
  'elasticache',
  'elasticfilesystem',
  'kinesis',
  'firehose',
  'apigateway',
  'cloudfront',
  'acm',
  'config',
  'guardduty',
];

/** A few of the policies AWS keeps, in our own short wording: what matters here is how far each reaches. */
const POLICIES: readonly [name: string, path: string, document: PolicyDocument][] = [
  ['AdministratorAccess', '/', document(allow('*'))],
  [
    'PowerUserAccess',
    '/',
    document({ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' }),
  ],
  [
    'ReadOnlyAccess',
    '/',
    document(allow(MANY_READS.flatMap((service) => [`${service}:Get*`, `${service}:List*`, `${service}:Describe*`]))),
  ],
  [
    'SecurityAudit',
    '/',
    document(allow(MANY_READS.flatMap((service) => [`${service}:List*`, `${service}:Describe*`]))),
  ],
  ['IAMFullAccess', '/', document(allow(['iam:*', 'organizations:DescribeAccount']))],
  [
    'IAMUserChangePassword',
    '/',
    document(allow('iam:ChangePassword', 'arn:aws:iam::*:user/${aws:username}'), allow('iam:GetAccountPasswordPolicy')),
  ],
  ['AmazonS3FullAccess', '/', document(allow(['s3:*', 's3-object-lambda:*']))],
  ['AmazonS3ReadOnlyAccess', '/', document(allow(['s3:Get*', 's3:List*', 's3:Describe*']))],
  ['AmazonDynamoDBFullAccess', '/', document(allow(['dynamodb:*']))],
  [
    'AWSLambdaBasicExecutionRole',
    '/service-role/',
    document(allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'])),
  ],
  [
    'AmazonBedrockFullAccess',
    '/',
    document(
      allow('bedrock:*'),
      allow('iam:PassRole', 'arn:aws:iam::*:role/*AmazonBedrock*', {
        Condition: { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } },
      }),
    ),
  ],
  [
    'AmazonBedrockLimitedAccess',
    '/',
    document(
      allow([
        'bedrock:CallWithBearerToken',
        'bedrock:InvokeModel',
        'bedrock:InvokeModelWithResponseStream',
        'bedrock:ListFoundationModels',
      ]),
    ),
  ],
  ['AmazonSageMakerFullAccess', '/', document(allow(['sagemaker:*', 's3:GetObject', 's3:PutObject']))],
  ['BedrockAgentCoreFullAccess', '/', document(allow(['bedrock-agentcore:*', 'bedrock:InvokeModel']))],
  ['CloudWatchLogsAPIKeyAccess', '/', document(allow(['logs:CallWithBearerToken', 'logs:PutLogEvents']))],
  [
    'AWSCodeCommitPowerUser',
    '/',
    document(allow(['codecommit:Git*', 'codecommit:Get*', 'codecommit:List*', 'codecommit:Create*'])),
  ],
  ['AWSSupportServiceRolePolicy', '/aws-service-role/', document(allow(['ec2:Describe*', 's3:List*']))],
  [
    'AWSCompromisedKeyQuarantineV2',
    '/',
    document({
      Effect: 'Deny',
      Action: ['iam:AttachUserPolicy', 'iam:CreateAccessKey', 'ec2:RunInstances'],
      Resource: '*',
    }),
  ],
  [
    'AWSCompromisedKeyQuarantineV3',
    '/',
    document({
      Effect: 'Deny',
      Action: [
        'iam:AttachUserPolicy',
        'iam:CreateAccessKey',
        'ec2:RunInstances',
        'bedrock:InvokeModel*',
        'sagemaker:Create*',
      ],
      Resource: '*',
    }),
  ],
];

const SINCE = Date.UTC(2015, 1, 6);

/** The policies AWS keeps for everybody, by ARN. */
export function awsPolicies(partition: Partition): Map<string, ManagedPolicy> {
  return new Map(
    POLICIES.map(([name, path, text]) => {
      const arn = `arn:${partition}:iam::aws:policy${path}${name}`;
      return [
        arn,
        {
          id: uniqueId('ANPA', arn),
          arn,
          name,
          path,
          createdAt: SINCE,
          updatedAt: SINCE,
          versions: [{ id: 'v1', document: text, createdAt: SINCE }],
          defaultVersion: 'v1',
        },
      ];
    }),
  );
}
