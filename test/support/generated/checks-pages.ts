import type { AnyCheck } from '../../../src/checks/engine/load-checks.js';
import type { ParameterNote } from '../../../src/checks/sdk/index.js';
import crosswalk from '../../../src/checks/sdk/crosswalk.json' with { type: 'json' };
import { page, table } from './markdown.js';

const valueOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What every check looks at, from when on it fails, and what its defaults rest on. */
export function checksPage(checks: readonly AnyCheck[]): string {
  const summary = table(
    ['check', 'looks at', 'severity', 'what holds when it passes'],
    checks.map((check) => [`[${check.id}](#${check.id})`, check.subject, check.severity, check.title]),
  );
  const details = checks.map((check) => {
    const notes = check.parameterNotes as Record<string, ParameterNote>;
    const parameters = Object.entries(check.parameters);
    return [
      `## ${check.id}`,
      `**${check.title}.** ${check.risk}`,
      `What to do: ${check.remediation}`,
      `Looks at: ${String(check.subject)}. Severity: ${check.severity}. Version: ${check.version}.${check.code ? ` Catalogue code: ${check.code}.` : ''}${check.reads.length > 0 ? ` Also reads: ${check.reads.map((type) => `\`${type}\``).join(', ')}.` : ''}${check.supersedes?.length ? ` While it fails, these are not told beside it: ${check.supersedes.join(', ')}.` : ''}`,
      parameters.length > 0
        ? table(
            ['parameter', 'default', 'unit', 'where the default comes from', 'organisation decides'],
            parameters.map(([name, value]) => [
              `\`${name}\``,
              `\`${valueOf(value)}\``,
              notes[name]!.unit,
              notes[name]!.source,
              notes[name]!.organisationDecides ? 'yes' : '',
            ]),
          )
        : 'No parameters.',
      check.controls.length > 0
        ? table(
            ['framework', 'control', 'title', 'strength'],
            check.controls.map(({ framework, id, title, strength, uncertain }) => [
              framework,
              uncertain ? `${id} (id not verified)` : id,
              title,
              strength,
            ]),
          )
        : 'No control of a framework corresponds to it.',
    ].join('\n\n');
  });
  return page(
    'Checks',
    'Every check is one folder in `src/checks`. Parameters are set by policies.',
    summary,
    ...details,
  );
}

/** Which controls the checks support, and which of a framework nothing here supports. */
export function controlsPage(checks: readonly AnyCheck[]): string {
  const parts = crosswalk.frameworks.map(({ id, name, version, controls }) => {
    const supported = controls.flatMap((control) => {
      const by = checks.flatMap((check) =>
        check.controls
          .filter((mapped) => mapped.framework === id && mapped.id === control.id)
          .map(({ strength }) => `${check.id} (${strength})`),
      );
      return by.length > 0 ? [[control.id, control.title, by.join(', ')]] : [];
    });
    return [
      `## ${name}, ${version}`,
      `${supported.length} of ${controls.length} controls in our table are supported by at least one check.`,
      supported.length > 0 ? table(['control', 'title', 'checks'], supported) : '',
    ]
      .filter(Boolean)
      .join('\n\n');
  });
  return page('Controls that checks support', crosswalk.disclaimer, ...parts);
}

/** The source text of the ids that control mappings are checked against when they are compiled. */
export function crosswalkIds(): string {
  const union = (indent: string, ids: readonly string[]): string =>
    `${ids.map((id) => `\n${indent}| '${id}'`).join('')};`;
  return [
    '// Generated from crosswalk.json by `npm run generate`; a test compares the two. Do not edit.',
    '',
    "/** Codes of the catalogue's checks. */",
    `export type CheckCode =${union(
      '  ',
      crosswalk.checks.map(({ code }) => code),
    )}`,
    '',
    '/** Every control of every framework: one that is not in the table does not compile. */',
    'export interface ControlIds {',
    ...crosswalk.frameworks.map(
      ({ id, controls }) =>
        `  '${id}':${union(
          '    ',
          controls.map((control) => control.id),
        )}`,
    ),
    '}',
    '',
  ].join('\n');
}
