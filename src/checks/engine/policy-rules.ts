import { Injectable } from '@nestjs/common';
import { checked, RequestInvalid } from '../../platform/http/index.js';
import { CheckUnknown, DefaultPolicyIsLast, PolicyNameTaken } from '../checks.errors.js';
import type { PolicyCheck, PolicyRow } from '../policies.repository.js';
import { actionsOn } from './actions-on.js';
import type { PolicyInput } from './arrange.js';
import { Checks } from './engine.js';

/** What holds for every policy, whichever way it is written. `at` is a JSON pointer to where it stands in what was sent. */
@Injectable()
export class PolicyRules {
  constructor(private readonly checks: Checks) {}

  /** Every check that is named exists, once, and takes the parameters it is given. */
  async assertChecks(named: readonly PolicyCheck[], at = ''): Promise<void> {
    for (const [place, { id, parameters, action, blocks }] of named.entries()) {
      const check = this.checks.get(id);
      if (!check) throw new CheckUnknown(`${at}/checks/${place}/id`);
      if (named.findIndex((other) => other.id === id) !== place)
        throw new RequestInvalid([{ pointer: `${at}/checks/${place}/id`, detail: 'stands here twice' }]);
      const possible = actionsOn(check.subject);
      if (action !== undefined && !possible.includes(action))
        throw new RequestInvalid([
          {
            pointer: `${at}/checks/${place}/action`,
            detail:
              possible.length === 0
                ? `cannot be done: what this check is about (${check.subject as string}) is at no source`
                : `cannot be done to a ${check.subject as string}; possible are ${possible.join(', ')}`,
          },
        ]);
      if (blocks && ((check.subject as string) !== 'use-case' || check.judgesApproval))
        throw new RequestInvalid([
          {
            pointer: `${at}/checks/${place}/blocks`,
            detail: check.judgesApproval
              ? 'cannot hold back an approval: the check judges approvals, and needs them to'
              : `cannot hold back an approval: a ${check.subject as string} is not approved, a use case is`,
          },
        ]);
      try {
        await checked(check.parameterSchema, { ...(check.parameters as object), ...parameters });
      } catch (error) {
        if (!(error instanceof RequestInvalid)) throw error;
        throw new RequestInvalid(
          error.details.errors.map(({ pointer, detail }) => ({
            pointer: `${at}/checks/${place}/parameters${pointer ?? ''}`,
            detail,
          })),
        );
      }
    }
  }

  /** The name is free, and the default policy stays what it is: last, and about everything. */
  assertPlace(input: PolicyInput, before: PolicyRow | null, all: readonly PolicyRow[]): void {
    if (before?.isDefault && Object.keys(input.selector).length > 0) throw new DefaultPolicyIsLast('/selector');
    if (before?.isDefault && input.order !== undefined && input.order !== before.order)
      throw new DefaultPolicyIsLast('/order');
    if (all.some((other) => other.name === input.name && other.id !== before?.id)) throw new PolicyNameTaken();
  }
}
