import { Global, Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { ActionsController } from './actions.controller.js';
import { PlanActions } from './operations/plan-actions.js';
import { placeActions } from './remediation.visibility.js';

@Global()
@Module({ controllers: [ActionsController], providers: [PlanActions], exports: [PlanActions] })
export class RemediationModule {
  constructor(visibility: Visibility) {
    placeActions(visibility);
  }
}
