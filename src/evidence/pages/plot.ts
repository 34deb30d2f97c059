import { escaped } from './escaped.js';

/** A line of a plot: a value for each day that was measured, null where a measured day has none. */
export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

export interface Plot {
  readonly id: string;
  readonly title: string;
  /** What the picture shows, in words: read out in its place. */
  readonly summary: string;
  readonly days: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly lines: readonly Line[];
}

const [WIDTH, HEIGHT] = [760, 250];
const [LEFT, RIGHT, TOP, BOTTOM] = [66, 16, 14, 30];
const DAY_MS = 86_400_000;

/** A plot as one SVG element. Where days are missing, or a day has no value, the line has a gap. */
export function plotSvg(plot: Plot): string {
  const [first, last] = [Date.parse(plot.from), Date.parse(plot.to)];
  const span = Math.max(1, (last - first) / DAY_MS);
  const highest = Math.max(0, ...plot.lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const { top, step } = scaleTo(highest);
  const x = (day: string): number => LEFT + ((Date.parse(day) - first) / DAY_MS / span) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const grid = Array.from({ length: Math.round(top / step) + 1 }, (_none, at) => at * step)
    .map(
      (value) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(value))}" y2="${at(y(value))}"/><text class="tick" x="${LEFT - 8}" y="${at(y(value) + 4)}" text-anchor="end">${short(value)}</text>`,
    )
    .join('');
  const ticks = dayTicks(first, last)
    .map(
      ({ day, anchor }) =>
        `<text class="tick${anchor === 'middle' ? ' between' : ''}" x="${at(x(day))}" y="${HEIGHT - 8}" text-anchor="${anchor}">${escaped(day)}</text>`,
    )
    .join('');
  const drawn = plot.lines
    .map(({ values }, n) => {
      const runs = unbroken(plot.days, values);
      const paths = runs
        .filter((run) => run.length > 1)
        .map(
          (run) => `<path class="line" d="M${run.map(([day, value]) => `${at(x(day))} ${at(y(value))}`).join('L')}"/>`,
        );
      // A day on its own draws no line: it gets a point. So does the last one, which is what the eye looks for.
      const ends = runs.filter((run, at) => run.length === 1 || at === runs.length - 1).flatMap((run) => run.slice(-1));
      const points = ends.map(([day, value]) => marker(n, x(day), y(value)));
      return `<g class="series s${n + 1}">${paths.join('')}${points.join('')}</g>`;
    })
    .join('');
  const nothing = plot.lines.every(({ values }) => values.every((value) => value === null))
    ? `<text class="tick" x="${WIDTH / 2}" y="${HEIGHT / 2}" text-anchor="middle">None in these days</text>`
    : '';
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${plot.id}-t ${plot.id}-d"><title id="${plot.id}-t">${escaped(plot.title)}</title><desc id="${plot.id}-d">${escaped(plot.summary)}</desc>${grid}${ticks}${drawn}${nothing}</svg>`;
}

/** A point in the shape of its line: what has no line to be told by its dashes is told by its shape. */
export function marker(line: number, x: number, y: number): string {
  const shape = [
    [
      [0, -5],
      [5, 0],
      [0, 5],
      [-5, 0],
    ],
    [
      [-4, -4],
      [4, -4],
      [4, 4],
      [-4, 4],
    ],
    [
      [0, -5],
      [5, 4],
      [-5, 4],
    ],
    [
      [0, 5],
      [5, -4],
      [-5, -4],
    ],
  ][line % 4]!;
  return `<path class="point" d="M${shape.map(([dx, dy]) => `${at(x + dx!)} ${at(y + dy!)}`).join('L')}Z"/>`;
}

type Run = [day: string, value: number][];

/** The stretches of a line between its gaps. */
function unbroken(days: readonly string[], values: readonly (number | null)[]): Run[] {
  const runs: Run[] = [];
  let open: Run | null = null;
  for (const [n, day] of days.entries()) {
    const value = values[n] ?? null;
    const follows = n > 0 && Date.parse(day) - Date.parse(days[n - 1]!) === DAY_MS;
    if (value === null) open = null;
    else if (open !== null && follows) open.push([day, value]);
    else runs.push((open = [[day, value]]));
  }
  return runs;
}

/** A round number at or above the highest value, and the steps up to it. */
function scaleTo(highest: number): { top: number; step: number } {
  if (highest <= 4) return { top: Math.max(1, Math.ceil(highest)), step: 1 };
  const rough = highest / 4;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * magnitude).find((size) => size >= rough)!;
  const whole = Math.ceil(step);
  return { top: Math.ceil(highest / whole) * whole, step: whole };
}

function dayTicks(first: number, last: number): { day: string; anchor: string }[] {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  if (first >= last) return [{ day: day(first), anchor: 'start' }];
  const between = Math.min(3, Math.round((last - first) / DAY_MS) - 1);
  return [
    { day: day(first), anchor: 'start' },
    ...Array.from({ length: Math.max(0, between) }, (_none, n) => ({
      day: day(first + Math.round(((last - first) / DAY_MS) * ((n + 1) / (between + 1))) * DAY_MS),
      anchor: 'middle',
    })),
    { day: day(last), anchor: 'end' },
  ];
}

/** A tick has room for five characters. */
const short = (value: number): string =>
  value < 10_000 ? amount(value) : value.toLocaleString('en-US', { notation: 'compact' });
const at = (position: number): string => String(Math.round(position * 10) / 10);
export const amount = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
