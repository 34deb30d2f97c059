/** While everything is put in place nothing is judged, or a half-told story would leave findings behind. */
export const SETTING_UP = 'The sample is being set up';
export const PRODUCTION = 'Production: owners are told';

/** Checks that give a week's grace after something was first seen. */
const WITH_GRACE = [
  'identity-has-accountable-owner',
  'ai-credential-is-registered',
  'ai-identity-serves-a-use-case',
  'vendor-identity-has-internal-owner',
];
const graced = (graceDays: number) => WITH_GRACE.map((id) => ({ id, parameters: { graceDays } }));
/** For what was there long before Mandate saw it first: none of the time that new things get. */
const NO_GRACE = [
  ...graced(0),
  { id: 'unused-privilege-is-taken-away', parameters: { newGrantGraceDays: 0 } },
  { id: 'nothing-works-for-what-was-retired', parameters: { graceHours: 0 } },
];

export interface SamplePolicy {
  readonly name: string;
  readonly selector: Readonly<Record<string, unknown>>;
  readonly mode: 'observe' | 'notify';
  readonly checks: readonly { readonly id: string; readonly parameters?: object }[];
  readonly reason: string;
}

/** In the order in which they decide; the default policy comes after them and only observes. */
export const policies = (acquiredUnit: string, everyCheck: readonly string[]): SamplePolicy[] => [
  {
    name: 'Acquired company: a month to find owners',
    selector: { units: [acquiredUnit] },
    mode: 'observe',
    checks: [...graced(30), { id: 'unused-privilege-is-taken-away', parameters: { newGrantGraceDays: 30 } }],
    reason: 'The company came to us with its accounts; the handover runs for a month.',
  },
  {
    name: 'Security answers at once',
    selector: { tags: { team: 'Security' } },
    mode: 'notify',
    checks: [{ id: 'ownership-is-accepted', parameters: { graceDays: 0 } }],
    reason: 'What guards the rest has an owner who knows it.',
  },
  {
    name: 'Nobody owns more than an afternoon can review',
    selector: { subjects: ['person'] },
    mode: 'observe',
    checks: [{ id: 'owner-can-look-after-what-they-own', parameters: { maximumIdentities: 19 } }],
    reason: 'Reviews are quarterly, and everybody has other work.',
  },
  {
    name: PRODUCTION,
    selector: { environments: ['production'] },
    mode: 'notify',
    checks: everyCheck.map((id) => NO_GRACE.find((own) => own.id === id) ?? { id }),
    reason: 'What earns the money has due dates.',
  },
  {
    name: 'What was there before Mandate gets no grace',
    selector: { subjects: ['identity', 'credential'] },
    mode: 'observe',
    checks: NO_GRACE,
    reason: 'It was first seen today, and made long ago.',
  },
];
