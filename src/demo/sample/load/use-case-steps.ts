import { AGENTS } from '../governance/agents.js';
import { CHANGED_AFTER_APPROVAL, USE_CASES } from '../governance/use-cases.js';
import { nameOf } from '../people.js';
import { Identities } from './identities.js';
import type { Step } from './loading.js';
import { peopleByNumber } from './people-steps.js';

interface UseCaseView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly digest: string;
  readonly approvedDigest: string | null;
}

interface AgentView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

export const useCasesStep: Step = {
  title: 'AI use cases and agents',
  async run({ setup, acting }) {
    const identities = await Identities.read(setup);
    const people = await peopleByNumber(setup);
    const author = await acting(nameOf(35), ['iam-engineer'], people.get(35));
    // Whoever writes a use case down does not approve it.
    const governance = await acting(nameOf(31), ['ai-governance'], people.get(31));
    // High risk takes two.
    const second = await acting(nameOf(39), ['ai-governance'], people.get(39));
    const existing = new Map(
      (await setup.list<UseCaseView>('use-cases', {}, 100)).map((useCase) => [useCase.name, useCase]),
    );
    const ids = new Map<string, string>();
    for (const { sponsor, monitors, verdict, identities: named, ...useCase } of USE_CASES) {
      const written =
        existing.get(useCase.name) ??
        (await author.post<UseCaseView>('use-cases', {
          ...useCase,
          sponsor: people.get(sponsor),
          approves: people.get(31),
          monitors: people.get(monitors),
          remediates: people.get(monitors),
        }));
      ids.set(useCase.name, written.id);
      const isDecided = verdict === 'draft' || written.approvedDigest !== null || written.status === 'rejected';
      const decided = isDecided
        ? written
        : await governance.post<UseCaseView>(`use-cases/${written.id}/approvals`, {
            verdict: verdict === 'rejected' ? 'rejected' : 'approved',
            comment:
              verdict === 'rejected' ? 'Emotion recognition at work is prohibited (EU AI Act, article 5).' : null,
          });
      if (verdict === 'approved-by-two' && !isDecided)
        await second.post(`use-cases/${written.id}/approvals`, {
          verdict: 'approved',
          comment: 'Driving times looked into.',
        });
      if (named.length > 0)
        await author.post(`use-cases/${written.id}/identities`, { add: named.map((one) => identities.named(one).id) });
      if (verdict === 'changed-after-approval' && decided.digest === decided.approvedDigest) {
        const { etag } = await author.call('GET', `use-cases/${written.id}`);
        await author.call('PATCH', `use-cases/${written.id}`, { etag, body: CHANGED_AFTER_APPROVAL });
      }
    }
    const registered = new Map((await setup.list<AgentView>('agents', {}, 100)).map((agent) => [agent.name, agent]));
    for (const { owner, useCases, identities: named, retired, ...agent } of AGENTS) {
      const written =
        registered.get(agent.name) ??
        (await author.post<AgentView>('agents', {
          ...agent,
          owner: owner === null ? null : people.get(owner),
          useCases: useCases.map((name) => ids.get(name)),
          identities: named.map((one) => identities.named(one).id),
        }));
      if (retired && written.status !== 'retired') {
        const { etag } = await author.call('GET', `agents/${written.id}`);
        await author.call('PATCH', `agents/${written.id}`, { etag, body: { status: 'retired' } });
      }
    }
    return `${USE_CASES.length} use cases, ${AGENTS.length} agents`;
  },
};
