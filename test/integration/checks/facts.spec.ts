import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  aCredential,
  aGrant,
  anAgent,
  anIdentity,
  aPersonSubject,
  aSource,
  aUseCase,
} from '../../../src/checks/sdk/testing/index.js';
import { Facts } from '../../../src/subjects/index.js';
import { startApp, type TestApp } from '../../support/app.js';

const SHAPES = {
  identity: anIdentity(),
  credential: aCredential(),
  grant: aGrant(),
  'use-case': aUseCase(),
  agent: anAgent(),
  person: aPersonSubject(),
  source: aSource(),
} as const;

describe('facts', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it.each(Object.keys(SHAPES) as (keyof typeof SHAPES)[])(
    'of a %s are all contributed: a check never reads what nobody writes',
    (subject) => {
      const contributed = new Set(t.app.nest.get(Facts).columnNames(subject));
      expect(Object.keys(SHAPES[subject]).filter((name) => !contributed.has(name))).toEqual([]);
    },
  );
});
