import { Global, Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { Contributions } from '../notifications/index.js';
import { Facts, Marks } from '../subjects/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { contributeInventory } from './inventory.facts.js';
import { contributeInventoryNews } from './inventory.news.js';
import { placeInventory } from './inventory.visibility.js';
import { findExpectedUseJob } from './inventory.jobs.js';
import { ConsumersController, UseReviewsController } from './normality.controller.js';
import { DeclareConsumer } from './operations/declare-consumer.js';
import { FindExpectedUse } from './operations/find-expected-use.js';
import { JudgeTouched } from './operations/judge-touched.js';
import { MergeRecords } from './operations/merge-records.js';
import { NoteReadings } from './operations/note-readings.js';
import { NoteScopes } from './operations/note-scopes.js';
import { RecordUse } from './operations/record-use.js';
import { RegisterSource } from './operations/register-source.js';
import { ReviewUse } from './operations/review-use.js';
import { SetOnIdentity } from './operations/set-on-identity.js';
import { SweepRemoved } from './operations/sweep-removed.js';

const operations = [
  RegisterSource,
  NoteScopes,
  NoteReadings,
  MergeRecords,
  RecordUse,
  JudgeTouched,
  SweepRemoved,
  SetOnIdentity,
  ReviewUse,
  DeclareConsumer,
  FindExpectedUse,
];

@Global()
@Module({ controllers: [UseReviewsController, ConsumersController], providers: operations, exports: operations })
export class InventoryModule {
  constructor(
    facts: Facts,
    marks: Marks,
    visibility: Visibility,
    contributions: Contributions,
    registry: JobRegistry,
    findExpectedUse: FindExpectedUse,
  ) {
    registry.bind(findExpectedUseJob, { findExpectedUse });
    contributeInventory(facts, marks);
    placeInventory(visibility);
    contributeInventoryNews(contributions);
  }
}
