import { Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { placeFindings } from './catalogue.visibility.js';
import { CollectionsController } from './collections.controller.js';
import { CredentialsController } from './credentials.controller.js';
import { ExceptionsController } from './exceptions.controller.js';
import { FindingsController } from './findings.controller.js';
import { IdentitiesController } from './identities.controller.js';

@Module({
  controllers: [
    IdentitiesController,
    CredentialsController,
    FindingsController,
    ExceptionsController,
    CollectionsController,
  ],
})
export class CatalogueModule {
  constructor(visibility: Visibility) {
    placeFindings(visibility);
  }
}
