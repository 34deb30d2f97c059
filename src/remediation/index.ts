export { ACTION_TRANSITIONS, type ActionKind, type ActionState } from './action.states.js';
export { PlanActions } from './operations/plan-actions.js';
export { WithdrawActions } from './operations/withdraw-actions.js';
export { RemediationModule } from './remediation.module.js';
