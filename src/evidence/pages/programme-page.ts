import { type Figure, FIGURES } from '../programme-figures.js';
import type { ProgrammeDay, ProgrammeReport } from '../queries/read-programme.js';
import { escaped } from './escaped.js';
import { amount, marker, plotSvg } from './plot.js';
import { STYLE } from './style.js';

interface Picture {
  readonly id: string;
  readonly title: string;
  readonly explains: string;
  readonly figures: readonly Figure[];
}

const F = FIGURES;
const PICTURES: readonly Picture[] = [
  {
    id: 'owned',
    title: 'Owned and accepted',
    explains:
      'Identities somebody here has to answer for; those with an owner who is there; those whose owner said yes.',
    figures: [F.identities, F.owned, F.accepted],
  },
  {
    id: 'age',
    title: 'Credentials over age',
    explains: 'Credentials older than their policy allows. Where the age is unknown they may be, too.',
    figures: [F.overAge, F.ageUnknown],
  },
  {
    id: 'unused',
    title: 'Unused',
    explains:
      'Credentials and identities that nothing used for as long as their policy says. Unknown is not unused, and not used.',
    figures: [F.unusedCredentials, F.unusedIdentities, F.credentialUseUnknown, F.identityUseUnknown],
  },
  {
    id: 'federation',
    title: 'Static against federated',
    explains: 'Stored secrets that can be copied, and trusts that prove themselves without one.',
    figures: [F.staticSecrets, F.federated],
  },
  {
    id: 'findings',
    title: 'Findings and exceptions',
    explains: 'Findings that are not resolved; those past their due date; those somebody accepted for a time.',
    figures: [F.unresolved, F.overdue, F.excepted],
  },
  {
    id: 'closing',
    title: 'Opened and closed',
    explains: 'Findings that came, and findings that were mended, since the measurement before.',
    figures: [F.opened, F.closed],
  },
  {
    id: 'time',
    title: 'Time to close',
    explains:
      'How long what was mended that day had been open, on average, in hours. A day on which nothing was mended has none.',
    figures: [F.meanHours],
  },
];

/** The report as one document: no script, nothing from elsewhere. Every picture has its figures as a table. */
export function programmePage(
  report: ProgrammeReport,
  units: readonly { readonly id: string; readonly name: string }[],
): string {
  const { from, to, unit, days } = report;
  const last = days.at(-1);
  const query = new URLSearchParams({ from, to, ...(unit ? { unit: unit.id } : {}), format: 'csv' });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Programme figures, ${escaped(from)} to ${escaped(to)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Programme figures</h1>
<p>${unit ? escaped(unit.name) : 'Everything you may see'}, ${escaped(from)} to ${escaped(to)}.${last ? ` Last measured <time datetime="${escaped(last.measuredAt)}">${escaped(last.measuredAt.slice(0, 16).replace('T', ' '))} UTC</time>.` : ''}</p>
${form(report, units)}
</header>
<main>
${missing(report)}
${
  last
    ? `${tiles(days)}
${PICTURES.map((picture) => section(picture, report)).join('\n')}
<p><a href="/api/v1/reports/programme?${escaped(query.toString())}">All figures as CSV</a></p>`
    : ''
}
</main>
</body>
</html>
`;
}

const form = (
  { from, to, unit }: ProgrammeReport,
  units: readonly { readonly id: string; readonly name: string }[],
): string =>
  `<form method="get">
<label>From <input type="date" name="from" value="${escaped(from)}" required></label>
<label>To <input type="date" name="to" value="${escaped(to)}" required></label>
<label>Unit <select name="unit"><option value="">All</option>${units
    .map(
      ({ id, name }) => `<option value="${escaped(id)}"${unit?.id === id ? ' selected' : ''}>${escaped(name)}</option>`,
    )
    .join('')}</select></label>
<button>Show</button>
</form>`;

function missing({ days, notMeasured }: ProgrammeReport): string {
  if (days.length === 0)
    return '<p class="note">Nothing was measured in these days. The figures are written down once a day, at 23:50 UTC; <code>mandate job run evidence.measure-programme</code> does it now.</p>';
  if (notMeasured === 0) return '';
  return `<p class="note">On ${notMeasured} of these days nothing was measured: the lines have gaps there.</p>`;
}

/** The newest figures, and how they moved since the first day that was measured. */
function tiles(days: readonly ProgrammeDay[]): string {
  const [first, last] = [days[0]!, days.at(-1)!];
  const share = (part: number, whole: number): string =>
    whole === 0 ? 'none' : `${Math.round((part / whole) * 100)} %`;
  const moved = (figure: Figure): string => {
    const by = (figure.of(last) ?? 0) - (figure.of(first) ?? 0);
    return days.length === 1
      ? ''
      : by === 0
        ? `as on ${first.day}`
        : `${by > 0 ? '+' : '−'}${amount(Math.abs(by))} since ${first.day}`;
  };
  const closed = days.reduce((sum, { findings }) => sum + findings.closed, 0);
  const hours = days.reduce(
    (sum, { findings, timeToClose }) => sum + (timeToClose.meanHours ?? 0) * findings.closed,
    0,
  );
  const all: readonly (readonly [string, string, string])[] = [
    [
      'Identities owned',
      share(last.identities.owned, last.identities.total),
      `${amount(last.identities.owned)} of ${amount(last.identities.total)}; ${amount(last.identities.accepted)} accepted`,
    ],
    ['Credentials over age', amount(last.credentials.overAge), moved(F.overAge)],
    ['Unused credentials', amount(last.credentials.unused), moved(F.unusedCredentials)],
    [
      'Federated',
      share(last.credentials.federated, last.credentials.federated + last.credentials.static),
      `${amount(last.credentials.federated)} federated, ${amount(last.credentials.static)} static`,
    ],
    [
      'Unresolved findings',
      amount(last.findings.unresolved),
      [`${amount(last.findings.overdue)} overdue, ${amount(last.findings.excepted)} excepted`, moved(F.unresolved)]
        .filter(Boolean)
        .join('; '),
    ],
    [
      'Mean time to close',
      closed === 0 ? 'none closed' : duration(hours / closed),
      `${amount(closed)} closed in these days`,
    ],
  ];
  return `<dl class="tiles">${all.map(([name, value, more]) => `<div><dt>${escaped(name)}</dt><dd><strong>${escaped(value)}</strong>${more ? `<span>${escaped(more)}</span>` : ''}</dd></div>`).join('')}</dl>`;
}

const duration = (hours: number): string => (hours < 48 ? `${amount(hours)} hours` : `${amount(hours / 24)} days`);

function section({ id, title, explains, figures }: Picture, { from, to, days }: ProgrammeReport): string {
  const last = days.at(-1)!;
  const summary = `Lines from ${from} to ${to}. On ${last.day}: ${figures.map((one) => `${one.label} ${said(one.of(last))}`).join(', ')}. The table below has every day.`;
  const svg = plotSvg({
    id,
    title,
    summary,
    from,
    to,
    days: days.map(({ day }) => day),
    lines: figures.map((one) => ({ label: one.label, values: days.map((day) => one.of(day)) })),
  });
  return `<section aria-labelledby="${id}-h">
<h2 id="${id}-h">${escaped(title)}</h2>
<p>${escaped(explains)}</p>
<figure>
${svg}
<figcaption><ul class="legend">${figures.map((one, n) => `<li><svg viewBox="0 0 36 12" aria-hidden="true"><g class="series s${n + 1}"><path class="line" d="M0 6H36"/>${marker(n, 18, 6)}</g></svg>${escaped(one.label)}: <b>${said(one.of(last))}</b></li>`).join('')}</ul></figcaption>
</figure>
<details><summary>${escaped(title)} as a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="${escaped(title)}, day by day"><table><thead><tr><th scope="col">Day</th>${figures.map((one) => `<th scope="col">${escaped(one.label)}</th>`).join('')}</tr></thead>
<tbody>${[...days]
    .reverse()
    .map(
      (day) =>
        `<tr><th scope="row">${escaped(day.day)}</th>${figures.map((one) => `<td>${said(one.of(day))}</td>`).join('')}</tr>`,
    )
    .join('')}</tbody></table></div>
</details>
</section>`;
}

const said = (value: number | null): string => (value === null ? 'none' : amount(value));
