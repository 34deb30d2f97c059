import { Global, Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { Facts, Marks } from '../subjects/index.js';
import { AgentsController } from './agents.controller.js';
import { DecideUseCase } from './operations/decide-use-case.js';
import { LinkIdentities } from './operations/link-identities.js';
import { PutAgent } from './operations/put-agent.js';
import { PutUseCase } from './operations/put-use-case.js';
import { UseCasesController } from './use-cases.controller.js';
import { contributeUseCases } from './use-cases.facts.js';

const operations = [PutUseCase, DecideUseCase, LinkIdentities, PutAgent];

@Global()
@Module({ controllers: [UseCasesController, AgentsController], providers: operations, exports: operations })
export class UseCasesModule {
  constructor(facts: Facts, marks: Marks, visibility: Visibility) {
    contributeUseCases(facts, marks, visibility);
  }
}
