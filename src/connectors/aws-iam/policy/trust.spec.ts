import { describe, expect, it } from '@jest/globals';
import { readPolicy } from './document.js';
import { trustsOf } from './trust.js';

type Row = Record<string, unknown>;
const ACCOUNT = '111111111111';
const trust = (Principal: unknown, Condition?: unknown, Action: unknown = 'sts:AssumeRole'): Row => ({
  Effect: 'Allow',
  Principal,
  Action,
  ...(Condition ? { Condition } : {}),
});
const web = (provider: string, Condition?: unknown) =>
  trust({ Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${provider}` }, Condition, 'sts:AssumeRoleWithWebIdentity');
const read = (...Statement: Row[]) => trustsOf(readPolicy({ Version: '2012-10-17', Statement }));
const GITHUB = 'token.actions.githubusercontent.com';

describe('who may become a role', () => {
  it.each<[string, Row, Row]>([
    [
      'an account by its root',
      trust({ AWS: 'arn:aws:iam::222222222222:root' }),
      { kind: 'account', account: '222222222222', provider: 'aws', narrowed: false },
    ],
    ['an account by its number', trust({ AWS: '222222222222' }), { kind: 'account', account: '222222222222' }],
    [
      'an account in another partition',
      trust({ AWS: 'arn:aws-cn:iam::222222222222:root' }),
      { kind: 'account', account: '222222222222' },
    ],
    [
      'a role',
      trust({ AWS: 'arn:aws:iam::222222222222:role/app' }),
      { kind: 'identity', account: '222222222222', principal: 'arn:aws:iam::222222222222:role/app' },
    ],
    [
      'a session',
      trust({ AWS: 'arn:aws:sts::222222222222:assumed-role/app/x' }),
      { kind: 'identity', account: '222222222222' },
    ],
    [
      'what is left of a deleted user',
      trust({ AWS: 'AIDAEXAMPLEEXAMPLE000' }),
      { kind: 'unresolvable', account: null, narrowed: false },
    ],
    [
      'a service',
      trust({ Service: 'lambda.amazonaws.com' }),
      { kind: 'service', account: null, provider: 'aws', narrowed: false },
    ],
    [
      'a service for one account only',
      trust({ Service: 'bedrock-agentcore.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': ACCOUNT } }),
      { kind: 'service', narrowed: true },
    ],
    ['anybody', trust('*'), { kind: 'anyone', account: null, narrowed: false }],
    ['anybody, in the other spelling', trust({ AWS: ['*'] }), { kind: 'anyone' }],
    [
      'anybody of one organisation',
      trust('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-sample' } }),
      { kind: 'anyone', narrowed: true },
    ],
    [
      'anybody, pinned to one account',
      trust('*', { StringEquals: { 'aws:PrincipalAccount': '222222222222' } }),
      { kind: 'account', account: '222222222222', narrowed: true },
    ],
    [
      'anybody, pinned to one role',
      trust('*', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::222222222222:role/ops/*' } }),
      { kind: 'account', account: '222222222222', narrowed: true },
    ],
    [
      'anybody, pinned to a role of whatever account',
      trust('*', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ops' } }),
      { kind: 'anyone', narrowed: false },
    ],
    [
      'everybody but one',
      { Effect: 'Allow', NotPrincipal: { AWS: 'arn:aws:iam::222222222222:root' }, Action: 'sts:AssumeRole' },
      { kind: 'anyone', account: null },
    ],
    [
      'an account that must know an external id',
      trust({ AWS: '222222222222' }, { StringEquals: { 'sts:ExternalId': 'sample-id' } }),
      { kind: 'account', narrowed: true },
    ],
    [
      'an account whose external id may be missing',
      trust({ AWS: '222222222222' }, { StringEqualsIfExists: { 'sts:ExternalId': 'sample-id' } }),
      { narrowed: false },
    ],
    [
      'an account whose external id may be any',
      trust({ AWS: '222222222222' }, { StringLike: { 'sts:ExternalId': '*' } }),
      { narrowed: false },
    ],
    [
      'an account with a second factor: that pins nobody',
      trust({ AWS: '222222222222' }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
      { narrowed: false },
    ],
    [
      'people through SAML',
      trust({ Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/workforce` }, undefined, 'sts:AssumeRoleWithSAML'),
      { kind: 'federation', provider: 'aws', account: ACCOUNT },
    ],
    [
      'one branch of one repository at GitHub',
      web(GITHUB, { StringEquals: { [`${GITHUB}:sub`]: 'repo:sample-org/app:ref:refs/heads/main' } }),
      { kind: 'federation', provider: 'github', account: 'sample-org', narrowed: true },
    ],
    [
      'any repository of one owner at GitHub',
      web(GITHUB, { StringLike: { [`${GITHUB}:sub`]: 'repo:sample-org/*' } }),
      { account: 'sample-org', narrowed: true },
    ],
    [
      'every repository at GitHub',
      web(GITHUB, { StringLike: { [`${GITHUB}:sub`]: 'repo:*' } }),
      { account: null, narrowed: false },
    ],
    [
      'owners whose name begins alike',
      web(GITHUB, { StringLike: { [`${GITHUB}:sub`]: 'repo:sample*' } }),
      { account: null, narrowed: false },
    ],
    [
      'GitHub with an audience only',
      web(GITHUB, { StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' } }),
      { narrowed: false },
    ],
    [
      'GitHub where the subject may be missing',
      web(GITHUB, { 'ForAllValues:StringLike': { [`${GITHUB}:sub`]: 'repo:sample-org/app:*' } }),
      { account: null, narrowed: false },
    ],
    [
      'GitHub with one good and one open subject',
      web(GITHUB, { StringLike: { [`${GITHUB}:sub`]: ['repo:sample-org/app:*', '*'] } }),
      { narrowed: false },
    ],
    [
      'one service account of a cluster',
      web('oidc.eks.eu-central-1.amazonaws.com/id/ABC', {
        StringEquals: { 'oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub': 'system:serviceaccount:prod:app' },
      }),
      { provider: 'aws', account: ACCOUNT, narrowed: true },
    ],
    [
      'every service account of a cluster',
      web('oidc.eks.eu-central-1.amazonaws.com/id/ABC', {
        StringLike: { 'oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub': 'system:serviceaccount:*:*' },
      }),
      { narrowed: false },
    ],
    [
      'another issuer',
      web('gitlab.com', { StringLike: { 'gitlab.com:sub': 'project_path:sample-group/*' } }),
      { provider: 'gitlab.com', account: null, narrowed: true },
    ],
    [
      'an identity pool',
      trust(
        { Federated: 'cognito-identity.amazonaws.com' },
        { StringEquals: { 'cognito-identity.amazonaws.com:aud': 'eu-central-1:sample' } },
        'sts:AssumeRoleWithWebIdentity',
      ),
      { kind: 'federation', provider: 'cognito-identity.amazonaws.com', narrowed: true },
    ],
    ['whoever a wildcard of actions lets in', trust({ AWS: '222222222222' }, undefined, 'sts:*'), { kind: 'account' }],
    ['a kind of principal we do not know', trust({ CanonicalUser: 'x' }), { kind: 'unresolvable' }],
  ])('%s', (_who, statement, expected) => {
    expect(read(statement)).toEqual([expect.objectContaining(expected)]);
  });

  it.each<[string, Row[], number]>([
    [
      'nobody, where a denial names everybody',
      [trust({ AWS: '222222222222' }), { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
      0,
    ],
    [
      'nobody, where a denial names the same',
      [trust({ AWS: '222222222222' }), { Effect: 'Deny', Principal: { AWS: '222222222222' }, Action: 'sts:*' }],
      0,
    ],
    [
      'still it, where the denial depends on a condition',
      [
        trust({ AWS: '222222222222' }),
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sts:AssumeRole',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
      1,
    ],
    [
      'still it, where the denial is of another way in',
      [trust({ AWS: '222222222222' }), { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRoleWithSAML' }],
      1,
    ],
    [
      'still it, where the denial spares some',
      [
        trust({ AWS: '222222222222' }),
        { Effect: 'Deny', NotPrincipal: { AWS: '333333333333' }, Action: 'sts:AssumeRole' },
      ],
      1,
    ],
    ['nobody, where only tagging is allowed', [trust({ AWS: '222222222222' }, undefined, 'sts:TagSession')], 0],
    ['each once', [trust({ AWS: ['222222222222', '222222222222'] }), trust({ AWS: '222222222222' })], 1],
    ['all of several', [trust({ AWS: ['222222222222', '333333333333'], Service: 'ec2.amazonaws.com' })], 3],
  ])('is %s', (_who, statements, many) => {
    expect(read(...statements)).toHaveLength(many);
  });

  it('shows that an external id is asked for, and not which', () => {
    const [found] = read(
      trust(
        { AWS: '222222222222' },
        { StringEquals: { 'sts:ExternalId': 'sample-id' }, IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
      ),
    );
    expect(found!.conditions).toEqual({
      'StringEquals sts:ExternalId': ['(asked for)'],
      'IpAddress aws:SourceIp': ['192.0.2.0/24'],
    });
  });
});
