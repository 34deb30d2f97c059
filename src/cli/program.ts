import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { VERSION } from '../application.js';
import { ConfigurationInvalid } from '../platform/config/index.js';
import { notificationCommand, siemCommand, webhookCommand } from './commands/alerts.js';
import { actionCommand } from './commands/actions.js';
import { campaignCommand } from './commands/campaigns.js';
import { demoCommand } from './commands/demo.js';
import { doctorCommand } from './commands/doctor.js';
import { agentCommand, checkCommand, findingCommand, useCaseCommand } from './commands/governance.js';
import { calendarCommand, exceptionCommand } from './commands/exceptions.js';
import { importCommand } from './commands/import.js';
import { credentialCommand, identityCommand, personCommand, sourceCommand } from './commands/inventory.js';
import { ownershipCommand } from './commands/ownership.js';
import { policyCommand } from './commands/policies.js';
import { reportCommand } from './commands/report.js';
import { feedCommand, positionCommand, signalCommand } from './commands/people.js';
import { apiCommand, jobCommand, tokenCommand } from './commands/running.js';
import { reviewCommand } from './commands/reviews.js';
import { scanCommand } from './commands/scan.js';
import { serveCommand } from './commands/serve.js';
import { sessionCommand } from './commands/session.js';
import { CommandFailed, EXIT } from './exit.js';
import { note } from './output.js';

/** The `mandate` command. */
export function createProgram(): Command {
  const program = new Command('mandate')
    .description('Governs the non-human identities behind AI.')
    .version(VERSION)
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  for (const add of [
    serveCommand,
    demoCommand,
    doctorCommand,
    scanCommand,
    importCommand,
    sourceCommand,
    identityCommand,
    credentialCommand,
    useCaseCommand,
    agentCommand,
    personCommand,
    ownershipCommand,
    feedCommand,
    positionCommand,
    signalCommand,
    findingCommand,
    exceptionCommand,
    policyCommand,
    calendarCommand,
    checkCommand,
    campaignCommand,
    reviewCommand,
    actionCommand,
    reportCommand,
    jobCommand,
    tokenCommand,
    sessionCommand,
    notificationCommand,
    webhookCommand,
    siemCommand,
    apiCommand,
  ])
    add(program);
  return program;
}

/** Runs a command line and sets the exit code; errors are one line on stderr, or the problem body where JSON was asked for. */
export async function run(argv: readonly string[]): Promise<void> {
  const wantsJson = argv.some(
    (word, at) => word === '--output=json' || ((word === '--output' || word === '-o') && argv[at + 1] === 'json'),
  );
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    process.exitCode = told(error, wantsJson);
  }
}

function told(error: unknown, wantsJson: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CommandFailed) {
    if (wantsJson && error.problem) note(JSON.stringify(error.problem));
    else if (error.message) note(error.message);
    return error.code;
  }
  if (error instanceof ConfigurationInvalid) {
    note(error.message);
    return EXIT.usage;
  }
  note(error instanceof Error ? error.message : String(error));
  if (process.env.MANDATE_LOG_LEVEL === 'debug' && error instanceof Error) note(error.stack ?? '');
  return EXIT.failure;
}
