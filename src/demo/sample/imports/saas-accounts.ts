import { memberFor, type Team } from '../people.js';

const VENDORS = [
  'Sample Messenger',
  'Sample Code Host',
  'Sample Map Service',
  'Sample Survey Tool',
  'Sample Help Desk',
];
const CONNECTED: readonly (readonly [name: string, team: Team])[] = [
  ['alert-bot', 'Platform'],
  ['release-notes-bot', 'Platform'],
  ['status-page', 'Platform'],
  ['dependency-updates', 'Platform'],
  ['driver-messages', 'Warehouse systems'],
  ['dock-reminders', 'Warehouse systems'],
  ['delivery-maps', 'Customer service systems'],
  ['ticket-sync', 'Customer service systems'],
  ['call-statistics', 'Customer service systems'],
  ['payment-reminders', 'Finance systems'],
  ['customer-survey', 'Sales systems'],
  ['onboarding-messages', 'HR systems'],
];

/** Where some of their keys lie and who uses them, as the spreadsheet has it. */
const CONSUMERS: Readonly<Record<string, string>> = {
  'ticket-sync': 'secret-store:prod/ticket-sync|workload:ticket-sync',
  'customer-survey': 'secret-store:prod/survey|secret-store:backup/survey|workload:survey-runner',
  // In the code, for everybody who may read it.
  'payment-reminders': 'repository:sample-logistics/payment-reminders',
  // The web page and the app show their maps with one key.
  'delivery-maps': 'workload:delivery-maps-web|workload:delivery-maps-app',
};

export interface SaasAccount {
  readonly id: string;
  readonly at: string;
  readonly owner?: number;
  readonly kind?: string;
  readonly ai?: boolean;
  readonly managedBy?: string;
  readonly keys: readonly Key[];
}
interface Key {
  readonly id: string;
  /** Null = the vendor does not say. */
  readonly issuedDaysAgo: number | null;
  /** Negative = it is over. Null = it never ends. */
  readonly endsInDays: number | null;
  /** Null = never. Left out = the vendor tells nothing of use. */
  readonly usedDaysAgo?: number | null;
  readonly status?: string;
  readonly canExpire?: boolean;
  readonly ai?: boolean;
  readonly consumers?: string;
}

const inUse = { issuedDaysAgo: 50, endsInDays: 200, usedDaysAgo: 1 } as const;
const AI_VENDOR = 'Sample AI Vendor';

/** Accounts and keys at other companies' services, as a spreadsheet somebody keeps. */
export const SAAS_ACCOUNTS: readonly SaasAccount[] = [
  ...CONNECTED.map(([id, team], at): SaasAccount => ({
    id,
    at: VENDORS[at % VENDORS.length]!,
    owner: memberFor(team, id),
    keys: [
      {
        ...inUse,
        id: `key-${id}`,
        issuedDaysAgo: 20 + at * 5,
        ...(CONSUMERS[id] === undefined ? {} : { consumers: CONSUMERS[id] }),
      },
    ],
  })),
  // One key for three agents: who did what with it, nobody can tell.
  {
    id: 'code-assistants',
    at: AI_VENDOR,
    owner: 3,
    ai: true,
    keys: [
      {
        ...inUse,
        id: 'key-code-assistants',
        ai: true,
        consumers: 'agent:code-reviewer|agent:test-writer|agent:docs-helper',
      },
    ],
  },
  {
    id: 'letters-gateway',
    at: AI_VENDOR,
    owner: 31,
    ai: true,
    keys: [{ ...inUse, id: 'key-letters-gateway', ai: true }],
  },
  // As important as the use case it serves, and all it takes is to know the key.
  {
    id: 'fraud-gateway',
    at: AI_VENDOR,
    owner: 42,
    ai: true,
    keys: [{ ...inUse, id: 'key-fraud-gateway', ai: true }],
  },
  {
    id: 'marketing-experiments',
    at: AI_VENDOR,
    ai: true,
    keys: [{ ...inUse, id: 'key-marketing-experiments', ai: true }],
  },
  {
    id: 'vendor-support-access',
    at: AI_VENDOR,
    ai: true,
    managedBy: 'vendor',
    keys: [{ ...inUse, id: 'key-vendor-support', ai: true }],
  },
  {
    id: 'vendor-forwarding',
    at: 'Sample Help Desk',
    owner: 27,
    managedBy: 'vendor',
    keys: [{ ...inUse, id: 'key-vendor-forwarding' }],
  },
  {
    id: 'helpdesk-connector',
    at: 'Sample Help Desk',
    owner: 27,
    keys: [{ ...inUse, id: 'key-helpdesk', issuedDaysAgo: 60, endsInDays: 10 }],
  },
  {
    id: 'billing-portal',
    at: 'Sample Payment Service',
    owner: 15,
    keys: [
      { ...inUse, id: 'key-billing-old', issuedDaysAgo: 60, endsInDays: 10 },
      { ...inUse, id: 'key-billing-new', issuedDaysAgo: 5 },
    ],
  },
  {
    id: 'ci-status',
    at: 'Sample Code Host',
    owner: 6,
    keys: [{ ...inUse, id: 'key-ci-status', issuedDaysAgo: 2, endsInDays: 3 }],
  },
  {
    id: 'route-widget',
    at: 'Sample Map Service',
    owner: 30,
    keys: [{ id: 'key-route-widget', issuedDaysAgo: 110, endsInDays: -20, usedDaysAgo: 1 }],
  },
  {
    id: 'depot-widget',
    at: 'Sample Map Service',
    owner: 30,
    keys: [{ id: 'key-depot-widget', issuedDaysAgo: 110, endsInDays: -20, usedDaysAgo: 21, status: 'expired' }],
  },
  {
    id: 'van-widget',
    at: 'Sample Map Service',
    owner: 30,
    keys: [{ id: 'key-van-widget', issuedDaysAgo: 80, endsInDays: -0.2, usedDaysAgo: 1 }],
  },
  {
    id: 'ferry-widget',
    at: 'Sample Map Service',
    owner: 30,
    keys: [{ id: 'key-ferry-widget', issuedDaysAgo: 110, endsInDays: -20, usedDaysAgo: 25, status: 'unknown' }],
  },
  {
    id: 'chat-notifier',
    at: 'Sample Messenger',
    owner: 2,
    keys: [{ ...inUse, id: 'key-chat-notifier', endsInDays: null }],
  },
  {
    id: 'map-tiles',
    at: 'Sample Map Service',
    owner: 26,
    keys: [{ ...inUse, id: 'key-map-tiles', endsInDays: null, canExpire: false }],
  },
  {
    id: 'survey-export',
    at: 'Sample Survey Tool',
    owner: 44,
    keys: [{ ...inUse, id: 'key-survey-export', endsInDays: 1500 }],
  },
  {
    id: 'old-webhook',
    at: 'Sample Messenger',
    owner: 2,
    keys: [{ id: 'key-old-webhook', issuedDaysAgo: null, endsInDays: 100 }],
  },
  {
    id: 'pilot-dashboard',
    at: 'Sample Survey Tool',
    owner: 45,
    keys: [{ id: 'key-pilot-dashboard', issuedDaysAgo: 150, endsInDays: 100, usedDaysAgo: 140 }],
  },
];
