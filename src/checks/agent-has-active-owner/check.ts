import { z } from 'zod';
import {
  answers,
  controlsOf,
  defineCheck,
  fail,
  goneSince,
  iso,
  lastOneLeavesAt,
  mergedControls,
  pass,
} from '../sdk/index.js';

/** The identities it authenticates as have owners of their own, who are judged there. */
export default defineCheck({
  id: 'agent-has-active-owner',
  code: 'NHI-OWN-01',
  version: 1,
  title: 'Every agent has an owner who still works here',
  risk: 'An agent acts by itself. Without an owner nobody watches it, nobody changes it and nobody may switch it off.',
  remediation: 'Name an owner for the agent; if nobody wants it, retire it and disable what it authenticates as.',
  severity: 'high',
  subject: 'agent',
  facts: ['name', 'createdAt', 'owner'],
  reads: [],
  controls: mergedControls(controlsOf('NHI-OWN-01', 'partial'), controlsOf('NHI-OWN-02', 'partial')),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate({ name, createdAt, owner }, _parameters, now) {
    if (owner === null) return fail('no-owner', createdAt, { agent: name });
    if (answers(owner, now)) return pass(lastOneLeavesAt([owner], now));
    const leftAt = goneSince(owner, now);
    return fail('owner-left', leftAt ?? createdAt, { owner: owner.name, leftAt: iso(leftAt) });
  },
});
