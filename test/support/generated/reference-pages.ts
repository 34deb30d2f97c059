import type { Command } from 'commander';
import type { Connector } from '../../../src/connectors/sdk/index.js';
import type { CataloguedProblem } from './problem-catalogue.js';
import { page, table } from './markdown.js';

/** Source text of the catalogue that `/problems/:code` shows. */
export const problemCatalogueSource = (problems: readonly CataloguedProblem[]): string =>
  [
    '// Generated from the classes that are thrown by `npm run generate`; a test compares the two. Do not edit.',
    "import type { ProblemKind } from './problem.js';",
    '',
    '/** One kind of error the API answers with: when it happens, and what it says ("…" stands for what differs). */',
    'export interface CataloguedProblem {',
    '  readonly code: string;',
    '  readonly kind: ProblemKind;',
    '  readonly when: string;',
    '  readonly says: string;',
    '}',
    '',
    'export const PROBLEMS: readonly CataloguedProblem[] = [',
    ...problems.map(
      ({ code, kind, when, says }) =>
        `  { code: ${JSON.stringify(code)}, kind: ${JSON.stringify(kind)}, when: ${JSON.stringify(when)}, says: ${JSON.stringify(says)} },`,
    ),
    '];',
    '',
  ].join('\n');

export const problemsPage = (problems: readonly CataloguedProblem[], statusOf: (kind: never) => number): string =>
  page(
    'Problems the API answers with',
    'Errors are `application/problem+json` (RFC 9457). `code` is stable; `type` is an address of this installation that explains it; `errors` names each place in the input.',
    table(
      ['code', 'status', 'when', 'what it says'],
      problems.map(({ code, kind, when, says }) => [`\`${code}\``, String(statusOf(kind as never)), when, says]),
    ),
  );

export const configurationPage = (
  variables: readonly { name: string; value: string; about: string; secret: boolean }[],
): string =>
  page(
    'Configuration',
    'Environment variables, checked when Mandate starts: one error lists everything that is wrong. A secret may be given as `<NAME>_FILE` instead, the path of a file that holds it.',
    table(
      ['variable', 'default', 'what it is'],
      variables.map(({ name, value, about, secret }) => [
        `\`${name}\``,
        value === '' ? '' : `\`${value}\``,
        secret ? `${about} Secret.` : about,
      ]),
    ),
  );

export function commandLinePage(program: Command): string {
  const parts: string[] = [];
  const visit = (command: Command, path: string): void => {
    const full = `${path}${command.name()}`;
    const options = command.options
      .filter(({ hidden }) => !hidden)
      .map((option) => [
        `\`${option.flags}\``,
        option.description +
          (option.defaultValue === undefined
            ? ''
            : ` (default: ${String(option.defaultValueDescription ?? JSON.stringify(option.defaultValue))})`),
      ]);
    if (command.commands.length === 0) {
      const words = command.registeredArguments
        .map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`))
        .join(' ');
      parts.push(
        [
          `## ${full}${words ? ` ${words}` : ''}`,
          command.description(),
          options.length > 0 ? table(['option', 'what it does'], options) : '',
        ]
          .filter(Boolean)
          .join('\n\n'),
      );
    }
    for (const child of command.commands) visit(child, `${full} `);
  };
  visit(program, '');
  return page(
    'The mandate command',
    'Data goes to stdout, progress and notes to stderr. Exit codes: 0 ok, 1 failure, 2 usage, 3 findings at or above `--fail-on`, 4 sign-in needed, 5 not found, 6 conflict, 7 partial, 8 evidence verification failed.',
    ...parts,
  );
}

export const connectorPage = (connector: Connector): string =>
  page(
    `What ${connector.title} reads`,
    table(
      ['resource type', 'what it is', 'kind of record', 'permissions it takes', 'last use'],
      connector.resourceTypes.map(({ id, title, entity, permissions, use }) => [
        `\`${id}\``,
        title,
        entity,
        permissions.read.map((name) => `\`${name}\``).join(', '),
        use
          ? `${use.horizonDays === null ? 'each record says how far back' : `the last ${use.horizonDays} days`}, up to ${use.lagHours} hours late`
          : '',
      ]),
    ),
  );
