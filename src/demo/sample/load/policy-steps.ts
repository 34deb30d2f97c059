import type { Client } from '../../../cli/client.js';
import { policies, PRODUCTION, SETTING_UP } from '../governance/policies.js';
import { ACQUIRED_UNIT } from '../organisation.js';
import type { Step } from './loading.js';

interface PolicyView {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}
const named = async (client: Client, name: string): Promise<PolicyView | undefined> =>
  (await client.get<{ data: PolicyView[] }>('policies')).data.find((policy) => policy.name === name);

const everyCheck = async (client: Client): Promise<string[]> =>
  (await client.get<{ data: { id: string }[] }>('checks')).data.map(({ id }) => id);

/** Whether everything is in place: the policies come last. */
export const isLoaded = async (client: Client): Promise<boolean> =>
  (await named(client, PRODUCTION)) !== undefined && (await named(client, SETTING_UP)) === undefined;

export const quietStep: Step = {
  title: 'Nothing is judged yet',
  async run({ setup }) {
    if (!(await named(setup, SETTING_UP)))
      await setup.post('policies', {
        name: SETTING_UP,
        order: 1,
        checks: (await everyCheck(setup)).map((id) => ({ id, enabled: false })),
        reason: 'It is taken away when the sample is whole.',
      });
    return 'a policy says so while the sample is put in place';
  },
};

export const policiesStep: Step = {
  title: 'Checks',
  async run({ setup, waiting }) {
    const units = await setup.list<{ id: string; name: string }>('units', {}, 100);
    const checks = await everyCheck(setup);
    const wanted = policies(units.find(({ name }) => name === ACQUIRED_UNIT)!.id, checks);
    for (const policy of wanted) if (!(await named(setup, policy.name))) await setup.post('policies', policy);
    const quiet = await named(setup, SETTING_UP);
    if (quiet) await setup.call('DELETE', `policies/${quiet.id}`, { etag: `"${quiet.version}"` });
    await waiting.evaluated(setup, true);
    return `${checks.length} checks under ${wanted.length + 1} policies`;
  },
};
