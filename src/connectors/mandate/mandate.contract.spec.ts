import type { OwnCredential } from '../sdk/index.js';
import { type ContractFault, type ContractSubject, describeConnector, testHost } from '../sdk/testing/index.js';
import { CollectedCredentials } from './collected-credentials.js';
import { mandateConnector } from './connector.js';

const CALL = 'ownCredentials';
const SECRET = 'mdt_a-value-that-is-shown-nowhere';

const OWN: readonly OwnCredential[] = [
  {
    id: 'token-1',
    kind: 'api-key',
    name: 'ci',
    status: 'active',
    issuedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-06-01T00:00:00.000Z',
    holder: { id: 'holder-1', name: 'Build server', kind: 'service-account' },
    use: { at: '2026-02-03T00:00:00.000Z', precision: 'exact' },
    ownerUserName: 'sample.person.07',
    privilege: { level: 'read', because: ['it may read'], notConsidered: [] },
  },
  {
    id: 'token-2',
    kind: 'api-key',
    name: 'ci, newer',
    status: 'disabled',
    issuedAt: '2026-02-01T00:00:00.000Z',
    expiresAt: null,
    holder: { id: 'holder-1', name: 'Build server', kind: 'service-account' },
    use: null,
  },
];

/**
 * What this connector reads is another part of the same process: it can throw and it can take for ever, but nothing lies
 * between that could answer in pages, in HTML or in part, and none at all is an answer an installation may give.
 */
const BREAKS: Partial<Record<ContractFault, 'throws' | 'throws once' | 'hangs'>> = {
  forbidden: 'throws',
  'forbidden-once': 'throws once',
  cut: 'throws',
  hang: 'hangs',
};

async function make(): Promise<ContractSubject<object>> {
  let asked = 0;
  let broken: (typeof BREAKS)[ContractFault];
  const own = new CollectedCredentials();
  own.add({
    async ownCredentials() {
      asked++;
      if (broken === 'hangs') return new Promise(() => undefined);
      if (broken !== undefined) {
        if (broken === 'throws once') broken = undefined;
        throw new Error('the table is locked');
      }
      return OWN;
    },
  });
  return {
    connector: mandateConnector(own),
    config: {},
    badConfigs: [{ anything: true }, 'text', null],
    host: testHost({ environment: { MANDATE_TOKEN: SECRET } }),
    secrets: [SECRET],
    vendor: {
      calls: () => [CALL],
      count: () => asked,
      reset: () => void (asked = 0),
      spoil(_call, fault) {
        broken = BREAKS[fault];
        return broken === undefined ? null : () => void (broken = undefined);
      },
    },
    close: async () => undefined,
  };
}

describeConnector('mandate', make);
