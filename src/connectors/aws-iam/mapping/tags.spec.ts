import { describe, expect, it } from '@jest/globals';
import { struckOut, STRUCK_OUT } from './strike-out.js';
import { collectionOf, environmentNamed, environmentOf, ownerHints, tagsOf } from './tags.js';

describe('the environment', () => {
  it.each([
    ['prod', 'production'],
    ['LIVE', 'production'],
    [' Staging ', 'staging'],
    ['pre-prod', 'staging'],
    ['UAT', 'staging'],
    ['qa', 'test'],
    ['dev', 'development'],
    ['sbx', 'sandbox'],
    ['dr-site', 'dr-site'],
    ['{"a":1}', undefined],
  ])('%s is %s', (word, expected) => expect(environmentNamed(word)).toBe(expected));

  it.each([
    ['a plain tag', { environment: 'prod' }, 'production'],
    ['a tag with a company’s prefix', { 'acme:env': 'dev' }, 'development'],
    ['another spelling of the tag', { Deployment_Environment: 'test' }, 'test'],
    ['the clearer of two tags', { stage: 'blue', Environment: 'prod' }, 'production'],
    ['the setting of the account, where no tag says it', { team: 'a' }, 'staging'],
    ['the setting of the account, where the tag says nothing', { env: '' }, 'staging'],
  ])('is told by %s', (_what, tags, expected) =>
    expect(environmentOf(tags as unknown as Record<string, string>, 'stg')).toBe(expected),
  );
});

describe('tags', () => {
  it('hint at owners, and prove none', () => {
    expect(ownerHints({ Owner: 'Sample Person 07', 'acme:cost-center': '42', Name: 'x', team: '' })).toEqual({
      Owner: 'Sample Person 07',
      'acme:cost-center': '42',
    });
    expect(ownerHints({ Name: 'x' })).toBeUndefined();
  });

  it.each([
    [
      'a stack',
      { 'aws:cloudformation:stack-name': 's', 'aws:cloudformation:stack-id': 'arn:x' },
      { id: 'cloudformation:arn:x', name: 's' },
    ],
    [
      'a stack set, which is one across accounts',
      {
        'aws:cloudformation:stack-name': 'StackSet-base-01234567-89ab-cdef-0123-456789abcdef',
        'aws:cloudformation:stack-id': 'arn:x',
      },
      { id: 'cloudformation-stack-set:base', name: 'base' },
    ],
    [
      'a Terraform module',
      { 'terraform:module': 'agent-runtime' },
      { id: 'terraform:agent-runtime', template: 'Terraform module' },
    ],
    ['a cluster', { 'eks:cluster-name': 'c1' }, { id: 'eks:c1', template: 'EKS cluster' }],
    ['a cluster by its other tag', { 'kubernetes.io/cluster/c2': 'owned' }, { id: 'eks:c2' }],
  ])('tell the template of what was made by %s', (_what, tags, expected) =>
    expect(collectionOf(tags as unknown as Record<string, string>)).toMatchObject(expected),
  );

  it('tell no template of what was made by hand', () =>
    expect(collectionOf({ managedBy: 'terraform', Name: 'x' })).toBeUndefined());

  it('without a key are none', () => expect(tagsOf([{ Value: 'x' }, { Key: 'a' }])).toEqual({ a: '' }));
});

describe('what looks like a secret', () => {
  it.each([
    ['an AWS secret access key', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', ''],
    ['a GitHub token', `ghp_${'a'.repeat(36)}`, ''],
    ['a Bedrock key', `ABSK${'a'.repeat(80)}`, ''],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----', ''],
    ['a URL with a password', 'postgres://app:hunter2hunter2@db/x', ''],
    ['whatever is filed under a password', 'correct horse', 'db-password'],
  ])('is struck out: %s', (_what, text, name) => expect(struckOut(text, name)).toBe(STRUCK_OUT));

  it.each([
    ['a commit id', 'da39a3ee5e6b4b0d3255bfef95601890afd80709', 'commit'],
    ['a key id', 'AKIAIOSFODNN7EXAMPLE', 'key'],
    ['the name of a secret', 'prod/db/main', 'secret-name'],
    ['a date', '2026-01-01', 'password-rotated'],
    ['an ARN', 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:db-AbCdEf', 'secret-arn'],
    ['a mail address', 'sample.person.07@example.org', 'owner'],
  ])('is not: %s', (_what, text, name) => expect(struckOut(text, name)).toBe(text));
});
