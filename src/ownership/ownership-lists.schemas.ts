import { z } from 'zod';

const person = z.strictObject({ id: z.uuid(), displayName: z.string() });
const named = z.strictObject({ id: z.uuid(), name: z.string() });
const instant = z.iso.datetime();
const count = z.number().int();
const confidence = z.enum(['high', 'medium', 'low']);

export const QUEUED_BECAUSE = ['nobody-named', 'declined', 'silent', 'owner-gone'] as const;

export const queuedSchema = z
  .strictObject({
    identity: person,
    source: named,
    unit: named.nullable(),
    privilege: z.string(),
    because: z.enum(QUEUED_BECAUSE),
    since: instant,
    asked: person.nullable().meta({ description: 'Who stayed silent.' }),
    suggestions: z.array(z.strictObject({ person, confidence, because: z.string() })),
  })
  .meta({ id: 'OwnershipQueued' });

export const loadSchema = z
  .strictObject({
    person: z.strictObject({ ...person.shape, active: z.boolean() }),
    owned: count.meta({ description: 'Identities they are owner of: accepted and provisional.' }),
    accepted: count,
    provisional: count,
    proposed: count,
    privileged: count.meta({ description: 'Of those owned, the ones that reach admin or privileged.' }),
    deputyFor: count,
    sponsorOf: count,
    waitingFor: count.meta({ description: 'How many wait for their answer, theirs or passed on to them.' }),
    waitingSince: instant.nullable(),
  })
  .meta({ id: 'OwnershipLoad' });

export const suggestionSchema = z
  .strictObject({ identity: person, person, confidence, because: z.string(), at: instant })
  .meta({ id: 'OwnershipSuggestion' });

export const decidedSchema = z
  .strictObject({
    done: count,
    skipped: z.array(z.strictObject({ identity: z.uuid(), person: z.uuid(), because: z.string() })),
    more: z.boolean().meta({ description: 'There is more that matches: ask again.' }),
  })
  .meta({ id: 'SuggestionsDecided' });

export const measureSchema = z
  .strictObject({
    id: z.uuid(),
    at: instant,
    unit: named.nullable(),
    governed: count.meta({ description: 'Identities that need an owner.' }),
    accepted: count.meta({ description: 'Owned by somebody who accepted and can still answer.' }),
    provisional: count,
    proposed: count,
    unowned: count,
    shareAccepted: z.number().nullable(),
    hoursWithout: z
      .strictObject({ total: z.number(), median: z.number().nullable(), longest: z.number().nullable() })
      .meta({ description: 'Of those without: hours since somebody who accepted last answered for it.' }),
    shareOfTimeAccepted: z
      .number()
      .nullable()
      .meta({ description: 'Of the identity-hours of the thirty days before, the share with an owner who accepted.' }),
  })
  .meta({ id: 'OwnershipMeasure' });
