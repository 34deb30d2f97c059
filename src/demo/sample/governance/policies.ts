/** While everything is put in place nothing is judged, or a half-told story would leave findings behind. */
export const SETTING_UP = 'The sample is being set up';
export const PRODUCTION = 'Production: owners are told';

/** Checks that give a week's grace after something was first seen. */
const WITH_GRACE = ['identity-has-accountable-owner', 'ai-credential-is-registered', 'ai-identity-serves-a-use-case'];
const graced = (graceDays: number) => WITH_GRACE.map((id) => ({ id, parameters: { graceDays } }));

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
    checks: graced(30),
    reason: 'The company came to us with its accounts; the handover runs for a month.',
  },
  {
    name: PRODUCTION,
    selector: { environments: ['production'] },
    mode: 'notify',
    checks: everyCheck.map((id) => graced(0).find((own) => own.id === id) ?? { id }),
    reason: 'What earns the money has due dates.',
  },
  {
    name: 'What was there before Mandate gets no grace',
    selector: { subjects: ['identity', 'credential'] },
    mode: 'observe',
    checks: graced(0),
    reason: 'It was first seen today, and made long ago.',
  },
];
