/** Where an action stands. Executed is not verified: only reading the source again says that it is done. */
export const ACTION_STATES = [
  'planned',
  'approved',
  'held',
  'executing',
  'executed',
  'verified',
  'unverified',
  'failed',
  'cancelled',
  'undone',
] as const;
export type ActionState = (typeof ACTION_STATES)[number];

/** What an action may become from each of its states. */
export const ACTION_TRANSITIONS: Readonly<Record<ActionState, readonly ActionState[]>> = {
  planned: ['approved', 'held', 'cancelled'],
  approved: ['executing', 'held', 'cancelled'],
  held: ['approved', 'cancelled'],
  executing: ['executed', 'failed'],
  executed: ['verified', 'unverified'],
  verified: ['undone'],
  unverified: ['executing', 'verified', 'undone', 'cancelled'],
  failed: ['approved', 'cancelled'],
  cancelled: [],
  undone: [],
};

/** On its way: nothing else of its kind is planned for its target meanwhile. */
export const LIVE_STATES: readonly ActionState[] = ['planned', 'approved', 'held', 'executing', 'executed'];
/** Nothing was done at the source yet, so it can be called off as if it had never been asked for. */
export const NOTHING_RAN_STATES: readonly ActionState[] = ['planned', 'approved', 'held'];

export const ACTION_KINDS = ['disable', 'restore', 'rotate', 'revoke-grant', 'delete'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];
