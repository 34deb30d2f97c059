import { z } from 'zod';
import {
  answers,
  controlsOf,
  defineCheck,
  earliest,
  fail,
  goneSince,
  iso,
  mergedControls,
  notApplicable,
  notAtWork,
  pass,
} from '../sdk/index.js';

/** The sponsor is asked for by `use-case-has-active-sponsor`. */
export default defineCheck({
  id: 'use-case-roles-are-filled',
  code: 'NHI-GOV-02',
  version: 1,
  title: 'It is settled who approves a use case, who monitors it and who remedies',
  risk: 'When something goes wrong everybody points at somebody else, and the AI goes on.',
  remediation: 'Name a person for each of the three roles. Where one has left, hand the role over.',
  severity: 'medium',
  subject: 'use-case',
  facts: ['createdAt', 'approves', 'monitors', 'remediates', 'status', 'liveIdentities'],
  reads: [],
  controls: mergedControls(controlsOf('NHI-OWN-01', 'supporting'), controlsOf('NHI-GOV-02', 'supporting')),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate(facts, _parameters, now) {
    const { createdAt, approves, monitors, remediates } = facts;
    const why = notAtWork(facts);
    if (why !== undefined) return notApplicable(why);
    const roles = Object.entries({ approves, monitors, remediates });
    const empty = roles.filter(([, person]) => person === null).map(([role]) => role);
    if (empty.length > 0) return fail('role-not-filled', createdAt, { roles: empty });
    const people = roles.flatMap(([, person]) => (person === null ? [] : [person]));
    const gone = people.filter((person) => !answers(person, now));
    if (gone.length === 0) return pass(earliest(...people.map(({ leavesAt }) => leavesAt)));
    return fail('role-holder-left', earliest(...gone.map((person) => goneSince(person, now) ?? createdAt))!, {
      holders: roles.map(([role, person]) => ({ role, person: person?.name, leavesAt: iso(person?.leavesAt) })),
    });
  },
});
