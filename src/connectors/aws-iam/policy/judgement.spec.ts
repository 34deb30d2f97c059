import { describe, expect, it } from '@jest/globals';
import { readPolicy } from './document.js';
import { judge, type Judgement } from './judgement.js';

type Statement = Record<string, unknown>;
const allow = (Action: string | string[], Resource: string | string[] = '*', Condition?: unknown): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const deny = (Action: string | string[], Resource: string | string[] = '*', Condition?: unknown): Statement => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const policy = (name: string, ...Statement: Statement[]) => ({
  name,
  document: readPolicy({ Version: '2012-10-17', Statement }),
});
const judged = (statements: Statement[], boundary?: Statement[]): Promise<Judgement> =>
  judge({ policies: [policy('p', ...statements)], boundary: boundary ? policy('boundary', ...boundary) : null });

const ME = 'arn:aws:iam::*:user/${aws:username}';

describe('how far policies reach', () => {
  it.each<[string, Statement[], Judgement['level'], Statement[]?]>([
    ['everything on everything is an administrator', [allow('*')], 'admin'],
    ['the longer spelling of everything too', [allow('*:*')], 'admin'],
    [
      'everything under a condition too: it may hold',
      [allow('*', '*', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
      'admin',
    ],
    [
      'everything with one thing denied is an administrator by another way',
      [allow('*'), deny('s3:DeleteBucket')],
      'admin',
    ],
    [
      'everything with a denial that depends on a condition stays an administrator',
      [allow('*'), deny('*', '*', { Bool: { 'aws:SecureTransport': 'false' } })],
      'admin',
    ],
    ['all of IAM is an administrator: it makes itself one', [allow('iam:*')], 'admin'],
    ['one way to more, on everything, is an administrator', [allow('iam:AttachRolePolicy')], 'admin'],
    [
      'the same on one role is privileged',
      [allow('iam:AttachRolePolicy', 'arn:aws:iam::111111111111:role/app')],
      'privileged',
    ],
    [
      'the same on every role, spelled out, is an administrator',
      [allow('iam:AttachRolePolicy', 'arn:aws:iam::111111111111:role/*')],
      'admin',
    ],
    [
      'the same for given policies only is privileged',
      [
        allow('iam:AttachRolePolicy', '*', {
          ArnEquals: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
        }),
      ],
      'privileged',
    ],
    [
      'all but IAM is privileged',
      [{ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' }],
      'privileged',
    ],
    [
      'managing who may do what in one service is privileged',
      [allow('s3:PutBucketPolicy', 'arn:aws:s3:::sample')],
      'privileged',
    ],
    ['becoming any role is privileged', [allow('sts:AssumeRole')], 'privileged'],
    ['becoming one role is writing', [allow('sts:AssumeRole', 'arn:aws:iam::111111111111:role/app')], 'write'],
    ['reading every secret is privileged', [allow('secretsmanager:GetSecretValue')], 'privileged'],
    [
      'reading one secret is reading',
      [allow('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:sample')],
      'read',
    ],
    ['writing is writing', [allow(['s3:GetObject', 's3:PutObject'])], 'write'],
    ['tagging is writing', [allow('ec2:CreateTags')], 'write'],
    ['running a model is writing, although AWS calls it reading', [allow('bedrock:InvokeModel')], 'write'],
    ['reading and listing is reading', [allow(['s3:Get*', 's3:List*', 'ec2:Describe*'])], 'read'],
    ['an action nobody has heard of yet is judged by its verb', [allow('brandnew:DescribeThings')], 'read'],
    ['and one that does not read, as writing', [allow('brandnew:*')], 'write'],
    ['spelling does not matter', [allow('S3:getobject')], 'read'],
    ['nothing allowed is none', [deny('*')], 'none'],
    ['all of it denied again is none', [allow('s3:PutObject'), deny('s3:*')], 'none'],
    [
      'a denial on part of the resources takes nothing away for sure',
      [allow('s3:PutObject'), deny('s3:PutObject', 'arn:aws:s3:::secret/*')],
      'write',
    ],
    [
      'a denial that covers what is allowed takes it away',
      [allow(['s3:PutObject', 's3:GetObject'], 'arn:aws:s3:::a/logs/*'), deny('s3:PutObject', 'arn:aws:s3:::a/*')],
      'read',
    ],
    [
      'a denial of everything but reading leaves reading',
      [allow('s3:*'), { Effect: 'Deny', NotAction: ['s3:Get*', 's3:List*'], Resource: '*' }],
      'read',
    ],
    [
      'a denial on all but some resources takes nothing away for sure',
      [allow('s3:PutObject'), { Effect: 'Deny', Action: 's3:*', NotResource: 'arn:aws:s3:::a/*' }],
      'write',
    ],
    [
      'looking after oneself is writing, no way to more',
      [allow(['iam:CreateAccessKey', 'iam:ChangePassword', 'iam:UpdateLoginProfile'], ME)],
      'write',
    ],
    [
      'an administrator within a boundary reaches no further than the boundary',
      [allow('*')],
      'write',
      [allow(['s3:GetObject', 's3:PutObject'])],
    ],
    ['a boundary gives nothing by itself', [allow('s3:GetObject')], 'read', [allow('*')]],
    ['where the two do not meet, nothing is left', [allow('s3:GetObject')], 'none', [allow('ec2:*')]],
    [
      'a boundary that denies takes away',
      [allow(['s3:GetObject', 's3:PutObject'])],
      'read',
      [allow('*'), deny('s3:Put*')],
    ],
    ['a boundary that is everything bounds nothing', [allow('*')], 'admin', [allow('*')]],
    [
      'a boundary by NotAction bounds what it names',
      [allow('iam:AttachUserPolicy')],
      'none',
      [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
    ],
  ])('%s', async (...[, statements, level, boundary]) => {
    expect((await judged(statements, boundary)).level).toBe(level);
  });

  it('says why, by policy and action', async () => {
    expect((await judged([allow(['s3:PutBucketPolicy', 's3:GetObject'])])).because).toEqual([
      'policy p allows s3:PutBucketPolicy: it manages who may do what',
    ]);
    expect(
      (await judged([allow('s3:Put*', 'arn:aws:s3:::a/*')])).because.every((reason) =>
        /^policy p allows s3:Put\w+ \(s3:put\*\)/.test(reason),
      ),
    ).toBe(true);
  });

  it('gives a few reasons, not a thousand', async () => {
    expect((await judged([allow('ec2:*')])).because.length).toBeLessThanOrEqual(4);
  });

  it.each<[string, Statement[], string]>([
    [
      'a condition on what is allowed',
      [allow('s3:GetObject', '*', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })],
      'condition aws:SourceIp on an Allow (taken to hold)',
    ],
    [
      'a condition on what is denied',
      [allow('s3:*'), deny('s3:*', '*', { Bool: { 'aws:SecureTransport': 'false' } })],
      'condition aws:SecureTransport on a Deny (taken not to apply)',
    ],
    [
      'resources left out',
      [{ Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::a' }],
      'resources left out by NotResource',
    ],
    [
      'an action the catalogue does not know',
      [allow('brandnew:DescribeThings')],
      'brandnew:describethings is not in the catalogue of actions (judged by its verb)',
    ],
  ])('names as not considered: %s', async (_what, statements, note) => {
    expect((await judged(statements)).notConsidered).toContain(note);
  });

  it('judges policies together: what one allows another may deny', async () => {
    expect((await judge({ policies: [policy('a', allow('iam:*')), policy('b', deny('iam:*'))] })).level).toBe('none');
  });

  it('does not mix up two policies of the same text with other names', async () => {
    const [one, other] = await Promise.all(
      ['one', 'other'].map((name) => judge({ policies: [policy(name, allow('s3:PutObject'))] })),
    );
    expect([one!.because, other!.because]).toEqual([
      ['policy one allows s3:PutObject'],
      ['policy other allows s3:PutObject'],
    ]);
  });
});

describe('what policies say of AI', () => {
  it.each<[string, Statement[], string[], boolean]>([
    ['Bedrock by name', [allow('bedrock:InvokeModel')], ['policy p names bedrock'], false],
    [
      'SageMaker and AgentCore by name',
      [allow(['sagemaker:*', 'bedrock-agentcore:InvokeAgentRuntime'])],
      ['policy p names bedrock-agentcore', 'policy p names sagemaker'],
      false,
    ],
    ['a pattern over Bedrock', [allow('bedrock*:*')], ['policy p names bedrock'], false],
    ['Amazon Q by name', [allow('q:SendMessage')], ['policy p names q'], false],
    ['a wildcard over everything proves nothing', [allow('*')], [], false],
    ['neither does all but something', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], [], false],
    ['a denial of Bedrock is no use of it', [deny('bedrock:*'), allow('s3:GetObject')], [], true],
    ['no AI service at all', [allow(['s3:GetObject', 'quicksight:*', 'qldb:*'])], [], true],
    [
      'a policy about reading the whole account is not about AI',
      [allow(Array.from({ length: 30 }, (_, index) => `service${index}:List*`).concat('bedrock:List*'))],
      [],
      false,
    ],
  ])('%s', async (_sentence, statements, ai, excludesAi) => {
    expect(await judged(statements)).toMatchObject({ ai, excludesAi });
  });
});
