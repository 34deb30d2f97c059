import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Application, createApplication } from '../application.js';
import { checkout } from '../cli/client.js';
import { serveUntilStopped } from '../cli/commands/serve.js';
import { CommandFailed, EXIT } from '../cli/exit.js';
import { bold, note } from '../cli/output.js';
import { defaultDataFolder } from '../platform/database/index.js';
import { type Issuer, startIssuer } from './issuer/index.js';
import { startSampleAws } from './sample/aws-stand-in.js';
import { actingIn } from './sample/load/acting.js';
import { loadSample } from './sample/load/load-sample.js';
import { ACQUIRED_UNIT, ORGANISATION } from './sample/organisation.js';
import { SampleTime } from './sample/sample-time.js';
import { SAMPLE_ROLES, sampleAccounts } from './sample/sign-in.js';
import { waitingOn } from './sample/load/waiting.js';
import { StepTeller } from './sample/tell/step-teller.js';
import { type Place, tellWhatWasFound } from './sample/tell/what-was-found.js';

/** Mandate with a sample organisation, read through the real connector and real imports; it serves until it is stopped. */
export async function runDemo(environment: NodeJS.ProcessEnv): Promise<void> {
  assertApart(environment);
  const usual = defaultDataFolder(checkout(), 'demo');
  const folder = environment.MANDATE_DATA_DIR || usual;
  const time = timeOf(folder);
  note(bold(`Mandate demo: ${ORGANISATION} and the ${ACQUIRED_UNIT} it bought. Everything in it is made up.\n`));
  const steps = new StepTeller();
  steps.tell('Mandate on its own PostgreSQL', null);
  const aws = await startSampleAws(time, () => Date.now());
  let application: Application | null = null;
  let issuer: Issuer | null = null;
  try {
    issuer = await startIssuer({ people: sampleAccounts, environment });
    application = await createApplication({
      instance: 'demo',
      environment: {
        MANDATE_LOG_LEVEL: 'error',
        ...withoutReal(environment),
        ...aws.environment,
        ...issuer.variables,
        MANDATE_OIDC_ROLES: JSON.stringify(SAMPLE_ROLES),
        MANDATE_DATA_DIR: folder,
      },
    });
    await serve(application, { folder, isUsualFolder: folder === usual }, time, steps);
  } catch (error) {
    await application?.close();
    throw couldNot(error, environment);
  } finally {
    await issuer?.close();
    await aws.server.close();
  }
}

async function serve(
  application: Application,
  data: Pick<Place, 'folder' | 'isUsualFolder'>,
  time: SampleTime,
  steps: StepTeller,
): Promise<void> {
  // Whoever stops it while it is still being put in place does not wait for the rest: it goes on there next time.
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    await serveUntilStopped(application, async (address) => {
      steps.tell('Mandate on its own PostgreSQL', address);
      const { acting, retire } = actingIn(application, address);
      try {
        await loadSample({
          time,
          acting,
          signal: stopping.signal,
          waiting: waitingOn(() => delay(100, undefined, { signal: stopping.signal })),
          tell: (title, outcome) => steps.tell(title, outcome),
        });
        await tellWhatWasFound(await acting('Sample reader', ['auditor']), { address, ...data });
      } catch (error) {
        if (!stopping.signal.aborted) throw error;
      } finally {
        await retire();
      }
    });
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, stop);
  }
}

/** The sample is for this machine alone and keeps to itself: it must never end up in a database somebody works with. */
function assertApart(environment: NodeJS.ProcessEnv): void {
  const set = ['DATABASE_URL', 'DATABASE_URL_FILE'].find((name) => environment[name]);
  if (set)
    throw new CommandFailed(
      `The demo runs on a database of its own and does not start while ${set} is set. Start it with: env -u ${set} npm run demo`,
      EXIT.usage,
    );
  const host = environment.MANDATE_HOST;
  if (host && !['127.0.0.1', 'localhost', '::1'].includes(host))
    throw new CommandFailed(
      `The demo is for this machine alone and does not listen on ${host}. Leave MANDATE_HOST out, or set it to 127.0.0.1.`,
      EXIT.usage,
    );
}

const STORY = 'sample.json';

/** When the sample began: the first start of the demo in this folder. Whatever is in it is dated from then. */
function timeOf(folder: string): SampleTime {
  const path = join(folder, STORY);
  if (existsSync(path)) {
    const { startedAt } = JSON.parse(readFileSync(path, 'utf8')) as { startedAt: string };
    return new SampleTime(Date.parse(startedAt));
  }
  if (existsSync(join(folder, 'pg18')))
    throw new CommandFailed(
      `${folder} holds a Mandate that is not the demo's. Give the demo a folder of its own in MANDATE_DATA_DIR, or leave that out.`,
      EXIT.usage,
    );
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const time = new SampleTime(Date.now());
  writeFileSync(path, `${JSON.stringify({ startedAt: new Date(time.start).toISOString() })}\n`);
  return time;
}

/** What this machine knows of a real AWS, or of a real sign-in service, must not come anywhere near the sample. */
const withoutReal = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(?:AWS_|MANDATE_OIDC_)/.test(name)));

function couldNot(error: unknown, environment: NodeJS.ProcessEnv): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error;
  return new CommandFailed(
    `Something else listens on port ${environment.MANDATE_PORT || 3000} already. Choose another: MANDATE_PORT=3001 npm run demo`,
    EXIT.failure,
  );
}
