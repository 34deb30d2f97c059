export { ApprovalGate, type Objection } from './approval-gate.js';
export { Agent } from './agent.entity.js';
export { DecideUseCase } from './operations/decide-use-case.js';
export { LinkIdentities } from './operations/link-identities.js';
export { type AgentInput, PutAgent } from './operations/put-agent.js';
export { PutUseCase, type UseCaseInput } from './operations/put-use-case.js';
export { UseCase } from './use-case.entity.js';
export { UseCasesModule } from './use-cases.module.js';
export { AgentsRepository, UseCasesRepository } from './use-cases.repository.js';
