/**
 * The organisation that is measured: n credentials of n / 1.3 identities (of every ten identities three hold two), 95 %
 * of them in order. Everything follows from the number of a row, so that nothing has to be kept.
 */
export interface Organisation {
  readonly credentials: number;
  readonly identities: number;
  /** So many credentials turn at each step of time. */
  readonly due: number;
  /** For each credential the step at which it turns; 0 = at none. */
  readonly steps: Uint8Array;
}

const DAY = 86_400_000;
const MINUTE = 60_000;
/** When the first reading is made, and when everything is evaluated for the first time. */
export const FIRST_SEEN = Date.parse('2026-01-30T08:00:00.000Z');
export const START = Date.parse('2026-03-01T08:00:00.000Z');
/** The instant of a step of time: nothing but its own credentials turns at it. */
export const atStep = (step: number): number => START + DAY + step * MINUTE;
export const STEPS = 15;

export function organisation(credentials: number, due: number): Organisation {
  const rest = credentials % 13;
  const identities = Math.floor(credentials / 13) * 10 + Math.min(10, rest);
  const steps = new Uint8Array(credentials);
  const eligible: number[] = [];
  for (let j = 0; j < credentials; j++) if (isOrdinary(j)) eligible.push(j);
  if (eligible.length < due * STEPS) throw new Error(`${credentials} credentials are too few for this`);
  // Spread over the whole table, a step's credentials side by side with everybody else's.
  const stride = Math.floor(eligible.length / (due * STEPS));
  for (let at = 0; at < due * STEPS; at++) steps[eligible[at * stride]!] = (at % STEPS) + 1;
  return { credentials, identities, due, steps };
}

/** A number that looks random, and is the same every time. */
const scattered = (i: number, of: number): number => (Math.imul(i ^ 0x5bd1e995, 2654435761) >>> 8) % of;

const isSecond = (j: number): boolean => j % 13 >= 10;
/** One that only its age can turn: in use, alone with its identity, which is ours and not disabled. */
const isOrdinary = (j: number): boolean =>
  !mayRotate(j) &&
  scattered(j, 1000) >= 200 &&
  j % 13 >= 3 &&
  !isSecond(j) &&
  !isDisabled(holderOf(j)) &&
  !isVendors(holderOf(j));
const isDisabled = (i: number): boolean => scattered(i, 1000) >= 310 && scattered(i, 1000) < 315;
const isVendors = (i: number): boolean => scattered(i, 1000) >= 320 && scattered(i, 1000) < 330;
const mayRotate = (j: number): boolean => j % 10 === 7;
export const holderOf = (j: number): number => Math.floor(j / 13) * 10 + (isSecond(j) ? (j % 13) - 10 : j % 13);
export const identityId = (i: number): string => `svc-${String(i).padStart(8, '0')}`;

const iso = (at: number): string => new Date(at).toISOString();
const ENVIRONMENTS = ['production', 'production', 'staging', 'development', 'development'];

/** The line of an identity, as the NDJSON import takes it. */
export function identityLine(i: number): string {
  const h = scattered(i, 1000);
  const privilege =
    h < 5 ? 'admin' : h < 45 ? 'privileged' : h < 300 ? 'write' : h < 305 ? 'unknown' : h < 310 ? 'none' : 'read';
  return JSON.stringify({
    entity: 'identity',
    id: identityId(i),
    name: `Service account ${i} of application ${i % 4099}`,
    kind: h < 900 ? 'service-account' : h < 990 ? 'workload' : 'bot',
    status: isDisabled(i) ? 'disabled' : 'active',
    createdAt: iso(START - (400 + (i % 300)) * DAY),
    environment: ENVIRONMENTS[i % 5],
    privilege,
    ...(h >= 500 && h < 520 ? { aiUse: 'yes' } : {}),
    ...(isVendors(i) ? { managedBy: 'vendor' } : {}),
    ...expectedUse(h),
    ...(h >= 330 && h < 480
      ? {
          lastUsedAt: iso(START - (1 + (h < 380 ? i % 40 : 2 * (i % 100))) * DAY),
          useKnownSince: iso(START - 400 * DAY),
        }
      : {}),
    tags: { application: `app-${i % 4099}`, 'cost-centre': String(1000 + (i % 97)) },
  });
}

const APPROVED = { approvedBy: 'Sample Person 02', approvedAt: iso(START - 200 * DAY) };

/** One in twenty is used in some other way than from time to time; of some of those nobody approved it. */
function expectedUse(h: number): object {
  if (h < 330 || h >= 380) return {};
  const use =
    h < 340
      ? { pattern: 'break-glass', ...APPROVED }
      : h < 350
        ? { pattern: 'standby', ...APPROVED }
        : h < 360
          ? { pattern: 'scheduled', nextDueAt: iso(START - 20 * DAY), everyDays: 30, ...APPROVED }
          : h < 370
            ? { pattern: 'seasonal', nextDueAt: iso(START - 30 * DAY), ...(h < 365 ? APPROVED : {}) }
            : { pattern: 'continuous', ...APPROVED };
  return { expectedUse: use };
}

/** Where a credential in five is kept and used: some by two workloads, some in a place that is made to be read. */
function consumers(j: number): object {
  if (j % 5 !== 0) return {};
  const known = [
    { kind: 'workload', locator: `job-${j % 4099}` },
    ...(j % 50 === 0 ? [{ kind: 'workload', locator: `job-${(j + 1) % 4099}` }] : []),
    { kind: j % 50 === 5 ? 'repository' : 'vault', locator: `place-${j % 97}` },
  ];
  return { consumers: known };
}

/** The line of a credential. `revision` counts how often it was rotated since. */
export function credentialLine({ steps }: Organisation, j: number, revision = 0): string {
  const h = scattered(j, 1000);
  const step = steps[j]!;
  const second = isSecond(j);
  let kind = second ? (h < 20 ? 'access-key' : 'api-key') : 'access-key';
  let issuedAt: number | null =
    START - (second ? 5 : 10 + (scattered(j, 60_000) / 60_000) * 60) * DAY - (j % 86_400) * 1000;
  let expiresAt: number | null = null;
  let lastUsedAt: number | null = START - (1 + (j % 18)) * DAY - (j % 3600) * 1000;
  let status = 'active';
  let canExpire = false;
  if (step > 0) issuedAt = atStep(step) - 90 * DAY;
  else if (h < 20) issuedAt = START - 120 * DAY;
  else if (h < 30) [issuedAt, lastUsedAt] = [START - 220 * DAY, START - 150 * DAY];
  else if (h < 35) [kind, canExpire] = ['client-secret', true];
  else if (h < 40) [kind, canExpire, issuedAt, expiresAt] = ['client-secret', true, START - 80 * DAY, START + 10 * DAY];
  else if (h < 45) [kind, canExpire, expiresAt] = ['client-secret', true, START - 20 * DAY];
  else if (h < 50) status = 'disabled';
  else if (h < 55) issuedAt = null;
  else if (h < 155) [kind, canExpire, expiresAt] = ['client-secret', true, START + (60 + (j % 140)) * DAY];
  else if (h < 165) kind = 'api-key';
  else if (h < 170) kind = 'service-credential';
  else if (h < 175) [kind, canExpire] = ['personal-access-token', true];
  else if (h < 178) kind = 'password';
  if (revision > 0) issuedAt = START - 3 * DAY + revision * MINUTE;
  return JSON.stringify({
    entity: 'credential',
    id: `AKIA${String(j).padStart(12, '0')}`,
    identity: identityId(holderOf(j)),
    name: `key ${j}`,
    kind,
    status,
    ...(issuedAt === null ? {} : { issuedAt: iso(issuedAt) }),
    ...(expiresAt === null ? {} : { expiresAt: iso(expiresAt) }),
    canExpire,
    ...(kind === 'api-key' && h >= 155 && h < 165 ? { aiService: true } : {}),
    ...consumers(j),
    hint: `...${(scattered(j, 65_536) + 65_536).toString(16).slice(1)}`,
    lastUsedAt: lastUsedAt === null ? null : iso(lastUsedAt),
    useKnownSince: iso(START - 400 * DAY),
    attributes: { region: j % 3 === 0 ? 'eu-central-1' : 'eu-west-1', service: 'storage' },
  });
}

/** Which credentials differ in a revision of the file: one in a thousand, others every time, none of those that time turns. */
export const isRotated = (j: number, revision: number): boolean =>
  mayRotate(j) && Math.floor(j / 10) % 100 === (revision * 37) % 100;

/** The whole file, in pieces; a revision contains all before it. */
export function* fileOf(whole: Organisation, revision: number): Generator<string> {
  let text = '';
  for (let row = 0; row < whole.identities + whole.credentials; row++) {
    if (row < whole.identities) text += `${identityLine(row)}\n`;
    else {
      const j = row - whole.identities;
      let own = 0;
      for (let at = 1; at <= revision; at++) if (isRotated(j, at)) own = at;
      text += `${credentialLine(whole, j, own)}\n`;
    }
    if (text.length > 262_144) {
      yield text;
      text = '';
    }
  }
  yield text;
}
