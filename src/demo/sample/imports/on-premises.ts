import { PARENT_UNIT } from '../organisation.js';
import { memberFor, type Team } from '../people.js';
import { isoOf, type SampleTime, spread } from '../sample-time.js';
import { ownerOf, toNdjson } from './rows.js';

const SERVICES: readonly (readonly [Team, readonly string[]])[] = [
  [
    'Warehouse systems',
    [
      'conveyor-control',
      'forklift-tracking',
      'rack-inventory',
      'scanner-sync',
      'gate-cameras',
      'cold-store-logger',
      'label-spooler',
      'yard-display',
    ],
  ],
  [
    'Finance systems',
    ['ledger-close', 'bank-upload', 'vat-export', 'cheque-printing', 'dunning-run', 'asset-register'],
  ],
  ['Customer service systems', ['phone-recorder', 'mail-router', 'fax-archive', 'claims-scanner', 'tariff-lookup']],
  [
    'Platform',
    [
      'print-server',
      'file-replication',
      'patch-rollout',
      'time-server',
      'vm-snapshots',
      'certificate-sync',
      'log-forwarder',
      'badge-export',
    ],
  ],
  ['Sales systems', ['crm-sync', 'offer-printing', 'fair-registration']],
  ['HR systems', ['time-clock', 'payroll-export', 'shift-import']],
];

interface Service {
  readonly id: string;
  readonly owner?: number;
  readonly entitlement?: string;
  readonly more?: object;
  readonly credentials: readonly object[];
}

/** Service accounts of the directory in the cellar, as a script writes them down every month. */
export function onPremisesFile(time: SampleTime, of: 'whole' | 'cut short'): string {
  const services = [...everyday(time), ...stories(time)];
  const identities = services.map(({ id, owner, more }) => ({
    entity: 'identity',
    id,
    name: id,
    kind: 'service-account',
    createdAt: isoOf(time.daysAgo(spread(id, 500, 2000))),
    owner: ownerOf(owner),
    environment: 'on-premises',
    unit: PARENT_UNIT,
    nature: 'non-human',
    lastUsedAt: isoOf(time.hoursAgo(spread(id, 2, 60))),
    useKnownSince: isoOf(time.daysAgo(800)),
    ...more,
  }));
  const rows = [
    { entity: 'entitlement', id: 'directory-reader', name: 'Directory reader', privilege: 'read' },
    { entity: 'entitlement', id: 'file-operator', name: 'File operator', privilege: 'write' },
    // A group from before anybody wrote such things down: what it allows, the script cannot tell.
    { entity: 'entitlement', id: 'legacy-operators', name: 'Legacy operators' },
    ...identities,
    ...services.flatMap(({ id, credentials }) =>
      credentials.map((credential) => ({ entity: 'credential', identity: id, ...credential })),
    ),
    ...services.map(({ id, entitlement }) => ({
      entity: 'grant',
      identity: id,
      entitlement: entitlement ?? (spread(`${id} may`, 0, 1) === 0 ? 'directory-reader' : 'file-operator'),
    })),
  ];
  // The next month's script stopped in the middle: more than half of the service accounts are missing in it.
  const left = new Set(services.slice(0, 18).map(({ id }) => id));
  const kept = rows.filter((row) => {
    const about = 'identity' in row ? row.identity : row.id;
    return row.entity === 'entitlement' || left.has(String(about));
  });
  return toNdjson(of === 'whole' ? rows : kept);
}

const use = (time: SampleTime, daysAgo: number | null) => ({
  ...(daysAgo === null ? {} : { lastUsedAt: isoOf(time.daysAgo(daysAgo)) }),
  useKnownSince: isoOf(time.daysAgo(800)),
});

const certificate = (time: SampleTime, id: string, issuedDaysAgo: number, usedDaysAgo: number) => ({
  id: `cert-${id}`,
  kind: 'certificate',
  issuedAt: isoOf(time.daysAgo(issuedDaysAgo)),
  expiresAt: isoOf(time.daysAhead(365 - issuedDaysAgo)),
  ...use(time, usedDaysAgo),
});

const emergencies = (time: SampleTime) => ({
  pattern: 'break-glass',
  approvedBy: 'Sample Person 11',
  approvedAt: isoOf(time.daysAgo(100)),
});

/** Certificates half used up, in use every day. */
const everyday = (time: SampleTime): Service[] =>
  SERVICES.flatMap(([team, names]) =>
    names.map((name) => ({
      id: `svc-${name}`,
      owner: memberFor(team, name),
      credentials: [certificate(time, name, spread(`${name} issued`, 60, 300), spread(`${name} used`, 0, 5))],
    })),
  );

const stories = (time: SampleTime): Service[] => [
  { id: 'svc-fax-gateway', credentials: [certificate(time, 'fax-gateway', 100, 1)] },
  { id: 'svc-batch-ledger', credentials: [certificate(time, 'batch-ledger', 90, 1)] },
  {
    id: 'svc-label-server',
    owner: 23,
    credentials: [
      { id: 'password-label-server', kind: 'password', rotatedAt: isoOf(time.daysAgo(700)), ...use(time, 2) },
    ],
  },
  {
    id: 'svc-scale-bridge',
    owner: 24,
    credentials: [
      certificate(time, 'scale-bridge', 120, 1),
      { id: 'password-scale-bridge', kind: 'password', rotatedAt: isoOf(time.daysAgo(700)), ...use(time, null) },
    ],
  },
  // Idle since the last closing of the books, and approved to be until the next.
  {
    id: 'svc-year-end',
    owner: 12,
    more: {
      expectedUse: {
        pattern: 'seasonal',
        nextDueAt: isoOf(time.daysAhead(45)),
        approvedBy: 'Sample Person 11',
      },
      ...use(time, 190),
    },
    credentials: [certificate(time, 'year-end', 200, 190)],
  },
  // Kept for the day the harbour's sign-in is down; used the day before yesterday, and nobody asked why.
  {
    id: 'svc-harbour-emergency',
    owner: 10,
    more: { expectedUse: emergencies(time), ...use(time, 2) },
    credentials: [],
  },
  // Kept for the same, in a system whose log the script has not read for a while.
  {
    id: 'svc-crane-emergency',
    owner: 10,
    more: { expectedUse: emergencies(time), ...use(time, 300), useKnownUntil: isoOf(time.daysAgo(10)) },
    credentials: [],
  },
  // Was due last month; whether it ran, that log does not say either.
  {
    id: 'svc-crane-inspection',
    owner: 10,
    more: {
      expectedUse: { pattern: 'seasonal', nextDueAt: isoOf(time.daysAgo(30)), approvedBy: 'Sample Person 11' },
      ...use(time, 300),
      useKnownUntil: isoOf(time.daysAgo(40)),
    },
    credentials: [],
  },
  // The same without anybody's word for it.
  { id: 'svc-stocktake', owner: 20, more: use(time, 190), credentials: [certificate(time, 'stocktake', 200, 190)] },
  {
    id: 'svc-mainframe-link',
    owner: 10,
    entitlement: 'legacy-operators',
    credentials: [certificate(time, 'mainframe-link', 80, 1)],
  },
  { id: 'svc-old-intranet', more: { status: 'disabled' }, credentials: [certificate(time, 'old-intranet', 330, 200)] },
  {
    id: 'svc-sftp-drop',
    owner: 21,
    credentials: [
      { id: 'ssh-sftp-drop', kind: 'ssh-key', canExpire: false, issuedAt: isoOf(time.daysAgo(400)), ...use(time, 1) },
    ],
  },
  {
    id: 'svc-sftp-pickup',
    owner: 21,
    credentials: [
      { id: 'ssh-sftp-pickup', kind: 'ssh-key', canExpire: false, issuedAt: isoOf(time.daysAgo(200)), ...use(time, 1) },
    ],
  },
  {
    id: 'svc-edi-signer',
    owner: 13,
    credentials: [
      {
        id: 'sign-edi',
        kind: 'signing-certificate',
        issuedAt: isoOf(time.daysAgo(300)),
        expiresAt: isoOf(time.daysAhead(20)),
        ...use(time, 1),
      },
    ],
  },
  {
    id: 'svc-local-model',
    owner: 33,
    more: { kind: 'workload', aiUse: 'yes' },
    credentials: [certificate(time, 'local-model', 70, 1)],
  },
];
