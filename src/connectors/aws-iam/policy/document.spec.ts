import { describe, expect, it } from '@jest/globals';
import { readPolicy, UnreadablePolicy } from './document.js';

const document = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/%7B*' },
};

describe('a policy document', () => {
  it.each([
    ['URL-encoded, as the API sends it', encodeURIComponent(JSON.stringify(document))],
    ['as text', ` ${JSON.stringify(document)}`],
    ['as an object, as a file holds it', document],
  ])('is read %s', (_how, source) => {
    expect(readPolicy(source)).toMatchObject({
      digest: readPolicy(document).digest,
      statements: [
        {
          effect: 'Allow',
          actions: ['s3:getobject'],
          resources: ['arn:aws:s3:::b/%7B*'],
          isNotAction: false,
          conditions: [],
        },
      ],
    });
  });

  it.each([
    ['no JSON', '%7Bnot'],
    ['a broken encoding', '%E0%A4%A'],
    ['no object', '"text"'],
    ['no statements', '{}'],
    ['a statement of neither effect', { Statement: [{ Effect: 'Maybe', Action: '*' }] }],
    ['an action that is no text', { Statement: [{ Effect: 'Allow', Action: [{ a: 1 }] }] }],
    ['nothing', undefined],
  ])('that is %s is unreadable, and the error repeats nothing of it', (_what, source) => {
    expect(() => readPolicy(source)).toThrow(UnreadablePolicy);
    try {
      readPolicy(source);
    } catch (error) {
      expect(String(error)).not.toMatch(/Maybe|not|E0/);
    }
  });

  it('tells NotAction, NotResource and NotPrincipal apart from their counterparts', () => {
    const [statement] = readPolicy({
      Statement: [{ Effect: 'Deny', NotAction: 'iam:*', NotResource: 'x', NotPrincipal: { AWS: 'y' } }],
    }).statements;
    expect(statement).toMatchObject({
      isNotAction: true,
      isNotResource: true,
      isNotPrincipal: true,
      actions: ['iam:*'],
      resources: ['x'],
      principals: { AWS: ['y'] },
    });
  });
});
