import { Global, Module } from '@nestjs/common';
import { Facts } from './facts.js';
import { Marks } from './marks.js';

@Global()
@Module({ providers: [Facts, Marks], exports: [Facts, Marks] })
export class SubjectsModule {}
