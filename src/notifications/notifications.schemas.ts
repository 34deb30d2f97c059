import { z } from 'zod';
import { pageQuery } from '../platform/http/index.js';
import { DELIVERY_STATES } from './deliveries.repository.js';
import { MESSAGE_STATES } from './messages.repository.js';
import { WEBHOOK_KINDS } from './webhooks.repository.js';

const person = z.strictObject({ id: z.uuid(), displayName: z.string() });
const hour = z.number().int().min(0).max(23);
const zone = z.string().min(1).max(64).meta({ description: 'A time zone by its name, such as Europe/Zurich.' });
const localTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day (21:30)');

export const messageSummarySchema = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(['digest', 'news']),
    person: person.nullable(),
    channel: z.string(),
    state: z.enum(MESSAGE_STATES),
    subject: z.string(),
    counts: z.record(z.string(), z.number()),
    attempts: z.number().int(),
    createdAt: z.iso.datetime(),
    dueAt: z.iso.datetime(),
    sentAt: z.iso.datetime().nullable(),
    sentTo: z.string().nullable(),
    error: z.string().nullable(),
    resentFrom: z.uuid().nullable(),
  })
  .meta({ id: 'MessageSummary' });
export const messageSchema = z
  .strictObject({ ...messageSummarySchema.shape, text: z.string(), html: z.string() })
  .meta({ id: 'Message' });
export const messagesQuery = z.strictObject({
  ...pageQuery,
  state: z.enum(MESSAGE_STATES).optional(),
  person: z.uuid().optional(),
});

export const preferencesSchema = z
  .strictObject({
    person: z.uuid(),
    digestHour: hour.nullable().meta({ description: 'Hour of the day their digest comes; null = as everybody.' }),
    zone: zone.nullable(),
    quietHours: z.strictObject({ from: localTime, to: localTime }).nullable(),
    channels: z.strictObject({ mail: z.boolean(), webhooks: z.array(z.uuid()) }),
    version: z.number().int(),
  })
  .meta({ id: 'NotificationPreferences' });
export const newPreferences = z
  .strictObject({
    digestHour: hour.nullable().default(null),
    zone: zone.nullable().default(null),
    quietHours: z.strictObject({ from: localTime, to: localTime }).nullable().default(null),
    channels: z
      .strictObject({ mail: z.boolean().default(true), webhooks: z.array(z.uuid()).max(10).default([]) })
      .default({ mail: true, webhooks: [] })
      .refine(({ mail, webhooks }) => mail || webhooks.length > 0, 'must leave one way to be told'),
  })
  .meta({ id: 'NewNotificationPreferences' });

export const settingsSchema = z
  .strictObject({
    iamTeam: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
    digestHour: hour,
    zone,
    managerAfterDays: z.number().int(),
    headAfterDays: z.number().int(),
    mailIsConfigured: z.boolean(),
    version: z.number().int(),
  })
  .meta({ id: 'NotificationSettings' });
export const newSettings = z
  .strictObject({
    iamTeam: z.uuid().nullable(),
    digestHour: hour,
    zone,
    managerAfterDays: z.number().int().min(1).max(365),
    headAfterDays: z.number().int().min(1).max(730),
  })
  .refine(({ managerAfterDays, headAfterDays }) => headAfterDays >= managerAfterDays, {
    path: ['headAfterDays'],
    message: 'must not come before the manager is told',
  })
  .meta({ id: 'NewNotificationSettings' });

const eventPattern = z
  .string()
  .max(100)
  .regex(/^(?:\*|[a-z-]+\.(?:\*|[a-z-]+))$/, 'must be a type of event (people.person-ended), people.* or *');
const webhookName = z.string().trim().min(1).max(200);
const address = z.url().max(2000);

export const webhookSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(WEBHOOK_KINDS),
    url: z.string().meta({ description: 'Of a chat only the host: whoever knows the rest may write into it.' }),
    events: z.array(z.string()),
    takesDigests: z.boolean(),
    takesNews: z.boolean(),
    status: z.enum(['enabled', 'disabled']),
    disabledBecause: z.string().nullable(),
    disabledAt: z.iso.datetime().nullable(),
    failingSince: z.iso.datetime().nullable(),
    oldSecretSignsUntil: z.iso.datetime().nullable(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'Webhook' });
export const madeWebhook = z
  .strictObject({
    ...webhookSchema.shape,
    secret: z.string().nullable().meta({ description: 'Signs what is sent. Shown this once; null for a chat.' }),
  })
  .meta({ id: 'MadeWebhook' });
export const newWebhook = z
  .strictObject({
    name: webhookName,
    kind: z.enum(WEBHOOK_KINDS).default('standard'),
    url: address,
    events: z.array(eventPattern).max(50).default([]),
    takesDigests: z.boolean().default(false),
    takesNews: z.boolean().default(false),
    enabled: z.boolean().default(true),
  })
  .superRefine((webhook, context) => {
    for (const member of ['takesDigests', 'takesNews'] as const)
      if (webhook.kind === 'standard' && webhook[member])
        context.addIssue({ code: 'custom', path: [member], message: 'is for a chat: slack or teams' });
    if (webhook.events.length === 0 && !webhook.takesDigests && !webhook.takesNews)
      context.addIssue({ code: 'custom', path: ['events'], message: 'must name what the webhook is to be told' });
  })
  .meta({ id: 'NewWebhook' });
export const changedWebhook = z
  .strictObject({
    name: webhookName.optional(),
    url: address.optional(),
    events: z.array(eventPattern).max(50).optional(),
    takesDigests: z.boolean().optional(),
    takesNews: z.boolean().optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'ChangedWebhook' });

export const deliverySchema = z
  .strictObject({
    id: z.uuid(),
    type: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.number().int(),
    createdAt: z.iso.datetime(),
    dueAt: z.iso.datetime(),
    deliveredAt: z.iso.datetime().nullable(),
    payload: z.record(z.string(), z.unknown()),
    log: z.array(
      z.strictObject({
        at: z.iso.datetime(),
        status: z.number().int().nullable(),
        error: z.string().nullable(),
        excerpt: z.string().nullable(),
        tookMs: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'WebhookDelivery' });
export const deliveriesQuery = z.strictObject({ ...pageQuery, state: z.enum(DELIVERY_STATES).optional() });
export const replayed = z
  .strictObject({ since: z.iso.datetime(), until: z.iso.datetime().optional() })
  .meta({ id: 'WebhookReplay' });
