import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { digestOf, newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { PeopleRepository } from '../../people/index.js';
import { Marks } from '../../subjects/index.js';
import { riskLevel } from '../risk.js';
import { UseCase } from '../use-case.entity.js';
import { UseCaseNameTaken, UseCaseRetired } from '../use-cases.errors.js';
import { UseCasesRepository } from '../use-cases.repository.js';

/** Members of a use case as they are given; what is left out of a change stays. */
export interface UseCaseInput {
  readonly name: string;
  readonly purpose: string;
  readonly sponsor?: string | null | undefined;
  readonly approves?: string | null | undefined;
  readonly monitors?: string | null | undefined;
  readonly remediates?: string | null | undefined;
  readonly controlObjective?: string | null | undefined;
  readonly dataScope?: readonly string[] | undefined;
  readonly outputUsers?: string | null | undefined;
  readonly permittedActions?: readonly string[] | undefined;
  readonly risk?: { readonly likelihood: number; readonly consequence: number } | null | undefined;
  readonly euAiActClass?: UseCase['euAiActClass'] | undefined;
  readonly loggingStandard?: string | null | undefined;
  readonly reviewCadence?: number | null | undefined;
  readonly unit?: string | null | undefined;
  readonly status?: 'retired' | undefined;
}

/** What an approval is about: change one of these, and it has to be asked again. Names and people may change under it. */
const MATERIAL = [
  'purpose',
  'dataScope',
  'outputUsers',
  'permittedActions',
  'likelihood',
  'consequence',
  'euAiActClass',
  'loggingStandard',
] as const satisfies readonly (keyof UseCase)[];
export const digestOfUseCase = (useCase: UseCase): string =>
  digestOf(Object.fromEntries(MATERIAL.map((name) => [name, useCase[name]])));

const PEOPLE = {
  sponsor: 'sponsorId',
  approves: 'approvesId',
  monitors: 'monitorsId',
  remediates: 'remediatesId',
} as const;

/** Writes a use case down, or changes it. A material change voids its approval. */
@Injectable()
export class PutUseCase {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async create(actor: Actor, input: UseCaseInput): Promise<string> {
    const now = this.clock.now();
    const blank: Partial<UseCase> = {
      id: newId(this.clock),
      sponsorId: null,
      approvesId: null,
      monitorsId: null,
      remediatesId: null,
      controlObjective: null,
      dataScope: [],
      outputUsers: null,
      permittedActions: [],
      likelihood: null,
      consequence: null,
      riskLevel: null,
      euAiActClass: null,
      loggingStandard: null,
      reviewCadenceDays: null,
      unitId: null,
      status: 'draft',
      approvedDigest: null,
      approvedAt: null,
      reviewDueAt: null,
      createdAt: now,
      version: 1,
    };
    const useCase = apply(Object.assign(new UseCase(), blank), input);
    Object.assign(useCase, { digest: digestOfUseCase(useCase), changedBy: actor.id, validFrom: now });
    await this.database.transaction(async (tx) => {
      const useCases = tx.use(UseCasesRepository);
      if (await useCases.byName(useCase.name)) throw new UseCaseNameTaken('use case');
      await assertReferences(tx, input);
      await useCases.insert(useCase);
      await this.marks.mark(tx, 'use-case', useCase.id);
      await this.audit.record(tx, {
        type: 'use-cases.use-case-created',
        actor,
        target: { type: 'use-case', id: useCase.id },
        data: { ...input, digest: useCase.digest },
      });
    });
    return useCase.id;
  }

  async change(actor: Actor, id: string, seen: number, input: Partial<UseCaseInput>): Promise<void> {
    await this.database.transaction(async (tx) => {
      const useCases = tx.use(UseCasesRepository);
      const useCase = await useCases.forChange(id);
      if (!useCase) throw new NotFound('use case');
      assertUnchanged(useCase, seen);
      if (useCase.status === 'retired') throw new UseCaseRetired();
      if (input.name !== undefined && input.name !== useCase.name && (await useCases.byName(input.name)))
        throw new UseCaseNameTaken('use case');
      await assertReferences(tx, input);
      const before = { ...useCase };
      apply(useCase, input);
      const digest = digestOfUseCase(useCase);
      const material = digest !== before.digest;
      // Approval belongs to what was approved.
      if (material && input.status !== 'retired') useCase.status = 'draft';
      Object.assign(useCase, {
        digest,
        changedBy: material ? actor.id : useCase.changedBy,
        validFrom: this.clock.now(),
        version: useCase.version + 1,
      });
      await useCases.save(useCase);
      await this.marks.mark(tx, 'use-case', id);
      await this.audit.record(tx, {
        type: 'use-cases.use-case-changed',
        actor,
        target: { type: 'use-case', id },
        data: { changed: input, digest, approvalVoided: material && before.status === 'approved' },
      });
    });
  }
}

function apply(useCase: UseCase, input: Partial<UseCaseInput>): UseCase {
  const set = <K extends keyof UseCase>(name: K, value: UseCase[K] | undefined): void => {
    if (value !== undefined) useCase[name] = value;
  };
  set('name', input.name);
  set('purpose', input.purpose);
  for (const [member, column] of Object.entries(PEOPLE) as [
    keyof typeof PEOPLE,
    (typeof PEOPLE)[keyof typeof PEOPLE],
  ][])
    set(column, input[member]);
  set('controlObjective', input.controlObjective);
  set('dataScope', input.dataScope ? [...input.dataScope].sort() : undefined);
  set('outputUsers', input.outputUsers);
  set('permittedActions', input.permittedActions ? [...input.permittedActions].sort() : undefined);
  if (input.risk !== undefined) {
    useCase.likelihood = input.risk?.likelihood ?? null;
    useCase.consequence = input.risk?.consequence ?? null;
    useCase.riskLevel = riskLevel(useCase.likelihood, useCase.consequence);
  }
  set('euAiActClass', input.euAiActClass);
  set('loggingStandard', input.loggingStandard);
  set('reviewCadenceDays', input.reviewCadence);
  set('unitId', input.unit);
  set('status', input.status);
  return useCase;
}

async function assertReferences(tx: Tx, input: Partial<UseCaseInput>): Promise<void> {
  const people = tx.use(PeopleRepository);
  for (const member of Object.keys(PEOPLE) as (keyof typeof PEOPLE)[]) {
    const id = input[member];
    if (id && !(await people.exists(id))) throw new ReferenceUnknown(`/${member}`, 'person');
  }
  if (input.unit && !(await people.unitForChange(input.unit))) throw new ReferenceUnknown('/unit', 'unit');
}
