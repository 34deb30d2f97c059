import { describe, expect, it } from '@jest/globals';
import { type Connector, ConnectorBug, type ConnectorHost, type Session, VendorFailure } from '../index.js';
import { lostWithoutGap, madeUpTypes, refersToNothing, secretsIn, twice } from './judge-reading.js';
import { readAll, type ReadResult } from './read-all.js';

/** Ways a vendor's API fails. A fake vendor offers each for each of its calls. */
export type ContractFault =
  /** The call is refused for lack of a permission. */
  | 'forbidden'
  /** The call is throttled, and never stops being so. */
  | 'throttled'
  /** 500 with an HTML page, as a proxy in between answers. */
  | 'html'
  /** 200 with a body that breaks off. */
  | 'malformed'
  /** 200 with nothing in it. */
  | 'empty'
  /** There is always a further page, under a mark of its own. */
  | 'endless'
  /** There is always a further page, under the same mark. */
  | 'stuck'
  /** The connection is cut before the answer. */
  | 'cut'
  /** The vendor, or what stands in for it, does not have this API. */
  | 'unsupported'
  /** The answer never comes. */
  | 'hang'
  /** The first call is throttled, the next is not. */
  | 'throttled-once'
  /** The first call is refused, the next is not: of many things of a kind one cannot be seen. */
  | 'forbidden-once';

/** A vendor that can be made to fail, call by call. */
export interface Breakable {
  /** Names of the calls it was asked since the last reset, each once. */
  calls(): readonly string[];
  /** How often a call was asked since the last reset. */
  count(call: string): number;
  reset(): void;
  /** Spoils a call from now on. Null = the call cannot fail in this way (an answer that has no pages). Returns the way back. */
  spoil(call: string, fault: ContractFault): (() => void) | null;
}

/** A connector with a fake vendor behind it, made anew for each test. */
export interface ContractSubject<Config = unknown> {
  readonly connector: Connector<Config>;
  /** As a person would write it. */
  readonly config: unknown;
  /** Configurations that must be refused. */
  readonly badConfigs: readonly unknown[];
  readonly host: ConnectorHost;
  /** The values of the credentials: they may show nowhere. */
  readonly secrets: readonly string[];
  readonly vendor: Breakable;
  close(): Promise<void>;
}

const FAULTS: readonly Exclude<ContractFault, 'throttled-once' | 'hang'>[] = [
  'forbidden',
  'forbidden-once',
  'throttled',
  'html',
  'malformed',
  'empty',
  'endless',
  'stuck',
  'cut',
  'unsupported',
];
const PROMPT_MS = 2_000;

/**
 * The suite every connector passes. It drives the connector over a fake vendor and breaks every call the connector makes,
 * one at a time, in every way there is: what cannot be read must be said, and nothing may get lost in silence.
 */
export function describeConnector<Config>(name: string, make: () => Promise<ContractSubject<Config>>): void {
  const withSubject = async (
    test: (subject: ContractSubject<Config>, open: () => Promise<Session>) => Promise<void>,
  ): Promise<void> => {
    const subject = await make();
    const sessions: Session[] = [];
    const open = async () => {
      const parsed = await subject.connector.config['~standard'].validate(subject.config);
      if (parsed.issues)
        throw new Error(
          `The contract's own configuration is refused: ${parsed.issues.map(({ message }) => message).join('; ')}`,
        );
      const session = await subject.connector.connect(parsed.value, subject.host);
      sessions.push(session);
      return session;
    };
    try {
      await test(subject, open);
    } finally {
      for (const session of sessions) await session.close?.();
      await subject.close();
    }
  };

  describe(`${name} keeps the contract of connectors`, () => {
    it('names a permission for every type it reads, each type once', () =>
      withSubject(async ({ connector }) => {
        const ids = connector.resourceTypes.map(({ id }) => id);
        expect(ids).toEqual([...new Set(ids)]);
        expect(
          connector.resourceTypes.filter(({ permissions }) => permissions.read.length === 0).map(({ id }) => id),
        ).toEqual([]);
      }));

    it('takes its configuration and refuses what is none', () =>
      withSubject(async ({ connector, config, badConfigs }) => {
        expect((await connector.config['~standard'].validate(config)).issues).toBeUndefined();
        const accepted: unknown[] = [];
        for (const bad of badConfigs)
          if (!(await connector.config['~standard'].validate(bad)).issues) accepted.push(bad);
        expect({ tried: badConfigs.length > 0, accepted }).toEqual({ tried: true, accepted: [] });
      }));

    it('reads everything, once, and again the same', () =>
      withSubject(async ({ connector }, open) => {
        const first = await readAll(await open());
        const second = await readAll(await open());
        expect(first.thrown).toEqual([]);
        expect(first.gaps).toEqual([]);
        expect(first.records.length).toBeGreaterThan(0);
        expect(twice(first)).toEqual([]);
        const shown = (result: ReadResult) => result.records.map((item) => JSON.stringify(item));
        expect(shown(second)).toEqual(shown(first));
        expect(madeUpTypes(first, connector)).toEqual([]);
      }));

    it('yields only what its readings declare, and records that refer to records', () =>
      withSubject(async ({ connector }, open) => {
        const session = await open();
        const result = await readAll(session);
        const declared = new Map(session.readings.map((reading) => [reading.id, new Set(reading.types)]));
        expect(
          result.records
            .filter(({ reading, record }) => !declared.get(reading)!.has(record.type))
            .map(({ reading, record }) => `${reading} yields ${record.type}`),
        ).toEqual([]);
        expect(
          session.readings
            .flatMap(({ types }) => types)
            .filter((type) => !connector.resourceTypes.some(({ id }) => id === type)),
        ).toEqual([]);
        expect(refersToNothing(result)).toEqual([]);
        const entityOf = new Map(connector.resourceTypes.map(({ id, entity }) => [id, entity]));
        expect(
          result.records
            .filter(({ record }) => entityOf.get(record.type) !== record.entity)
            .map(({ record }) => record.type),
        ).toEqual([]);
      }));

    it.each(FAULTS.map((fault) => [fault] as const))(
      'says what it could not read when a call is %s, whichever it is',
      (fault) =>
        withSubject(async (subject, open) => {
          const { vendor, secrets } = subject;
          const whole = await readAll(await open());
          const calls = vendor.calls();
          expect(calls.length).toBeGreaterThan(0);
          const wrong: string[] = [];
          for (const call of calls) {
            const mend = vendor.spoil(call, fault);
            if (!mend) continue;
            vendor.reset();
            const outcome = await attempt(await open());
            mend();
            if (vendor.count(call) === 0) wrong.push(`${call}: was never asked again`);
            wrong.push(...verdict(outcome, whole).map((found) => `${call}: ${found}`));
            wrong.push(...secretsIn(outcome, secrets).map((found) => `${call}: ${found}`));
          }
          expect(wrong).toEqual([]);
        }),
    );

    it('tries again what was throttled once, and then lacks nothing', () =>
      withSubject(async ({ vendor }, open) => {
        const whole = await readAll(await open());
        const wrong: string[] = [];
        for (const call of vendor.calls()) {
          const mend = vendor.spoil(call, 'throttled-once');
          if (!mend) continue;
          const outcome = await attempt(await open());
          mend();
          if (outcome.result === null) wrong.push(`${call}: threw`);
          else if (
            outcome.result.gaps.length > 0 ||
            JSON.stringify(outcome.result.records) !== JSON.stringify(whole.records)
          )
            wrong.push(`${call}: not whole`);
        }
        expect(wrong).toEqual([]);
      }));

    it('stops at once when it is told to, whatever it waits for', () =>
      withSubject(async ({ vendor }, open) => {
        await readAll(await open());
        const wrong: string[] = [];
        for (const call of vendor.calls()) {
          const mend = vendor.spoil(call, 'hang');
          if (!mend) continue;
          vendor.reset();
          const stop = new AbortController();
          const reading = attempt(await open(), stop.signal);
          while (vendor.count(call) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
          const toldAt = performance.now();
          stop.abort(new Error('told to stop'));
          const { error } = await reading;
          mend();
          if (performance.now() - toldAt > PROMPT_MS)
            wrong.push(`${call}: went on for ${Math.round(performance.now() - toldAt)} ms`);
          if (!(error instanceof Error) || error.message !== 'told to stop')
            wrong.push(`${call}: did not end with the reason it was given`);
        }
        expect(wrong).toEqual([]);
      }));

    it('shows no secret of its credential', () =>
      withSubject(async ({ secrets }, open) => {
        expect(secrets.length).toBeGreaterThan(0);
        expect(secretsIn(await attempt(await open()), secrets)).toEqual([]);
      }));
  });
}

/** How a reading ended. */
export interface Outcome {
  readonly result: ReadResult | null;
  readonly error: unknown;
}

async function attempt(session: Session, signal?: AbortSignal): Promise<Outcome> {
  try {
    return { result: await readAll(session, signal), error: null };
  } catch (error) {
    return { result: null, error };
  }
}

function verdict({ result, error }: Outcome, whole: ReadResult): string[] {
  const own = (thrown: unknown): string[] =>
    thrown instanceof VendorFailure
      ? []
      : [`threw ${thrown instanceof ConnectorBug ? 'a bug of its own' : String((thrown as Error)?.stack ?? thrown)}`];
  if (!result) return own(error);
  return [
    ...result.thrown.flatMap((thrown) => own(thrown.error)),
    ...twice(result),
    ...refersToNothing(result),
    ...lostWithoutGap(result, whole),
  ];
}
