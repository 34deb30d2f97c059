import { known } from '../governance/expected-use.js';
import { ACCEPTING, ASSIGNMENTS } from '../governance/ownership.js';
import { emailOf, nameOf, PEOPLE } from '../people.js';
import { Identities, type IdentityView } from './identities.js';
import { each, type Step } from './loading.js';
import { peopleByNumber } from './people-steps.js';

export const ownersStep: Step = {
  title: 'Owners',
  async run({ setup, acting, signal }) {
    const identities = await Identities.read(setup);
    const people = await peopleByNumber(setup);
    const teams = new Map(
      (await setup.list<{ id: string; name: string }>('teams', {}, 100)).map(({ id, name }) => [name, id]),
    );
    const byEmail = new Map(PEOPLE.map((person) => [emailOf(person), people.get(person)!]));
    const special = new Set(ASSIGNMENTS.map(({ identity }) => identities.named(identity).id));
    const wanted = new Map<string, object>(
      identities.all.flatMap((identity) => {
        const owner = byEmail.get(identity.tags.owner ?? '');
        return owner && !special.has(identity.id)
          ? [[identity.id, { owner, reason: `its tag names them: ${identity.tags.owner}` }] as const]
          : [];
      }),
    );
    for (const { identity, owner, deputies, team, reason } of ASSIGNMENTS)
      wanted.set(identities.named(identity).id, {
        owner: owner === undefined ? null : people.get(owner),
        deputies: (deputies ?? []).map((person) => people.get(person)),
        team: team === undefined ? null : teams.get(team),
        reason,
      });
    const open = identities.all.filter(({ id, ownership }) => wanted.has(id) && ownership === null);
    await each(open, signal, async ({ id }) => {
      await setup.call('PUT', `identities/${id}/ownership`, { etag: '"0"', body: wanted.get(id) });
    });
    const accepted = await accept(await Identities.read(setup), people);
    return `${wanted.size} identities have somebody who answers; ${accepted} were accepted by them`;

    async function accept(now: Identities, ids: ReadonlyMap<number, string>): Promise<number> {
      let count = 0;
      for (const person of ACCEPTING) {
        const client = await acting(nameOf(person), [], ids.get(person));
        const theirs = now.all.filter((identity: IdentityView) => identity.owner?.id === ids.get(person));
        await each(theirs, signal, async ({ id }) => void (await client.post(`identities/${id}/ownership/accept`)));
        count += theirs.length;
      }
      return count;
    }
  },
};

export const expectedUseStep: Step = {
  title: 'What people know better',
  async run({ setup, acting, time, signal }) {
    const identities = await Identities.read(setup);
    const people = await peopleByNumber(setup);
    const security = await acting(nameOf(40), ['iam-engineer'], people.get(40));
    const all = known(time);
    await each(all, signal, async ({ identity, body }) => {
      const { id, expectedUse, because } = identities.named(identity);
      const approved = (expectedUse as { approvedBy?: string | null } | null)?.approvedBy;
      if ((body.expectedUse && approved) || (!body.expectedUse && because.nature.startsWith('set by'))) return;
      const { etag } = await security.call('GET', `identities/${id}`);
      await security.call('PATCH', `identities/${id}`, { etag, body });
    });
    return `${all.length} identities: on standby, seasonal, for emergencies`;
  },
};
