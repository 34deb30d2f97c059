import { describe, expect, it } from '@jest/globals';
import { plotSvg } from './plot.js';

const plot = (days: readonly string[], ...values: readonly (readonly (number | null)[])[]) =>
  plotSvg({
    id: 'sample',
    title: 'Sample & title',
    summary: 'Says "it"',
    from: '2026-03-01',
    to: '2026-03-10',
    days,
    lines: values.map((line, n) => ({ label: `line ${n}`, values: line })),
  });
const linesOf = (svg: string): string[] => [...svg.matchAll(/class="line" d="([^"]+)"/g)].map(([, d]) => d!);
const ticksOf = (svg: string): string[] => [...svg.matchAll(/text-anchor="end">([^<]+)</g)].map(([, tick]) => tick!);

describe('a plot', () => {
  it('breaks its line where a day is missing', () => {
    const lines = linesOf(plot(['2026-03-01', '2026-03-02', '2026-03-04', '2026-03-05'], [1, 2, 3, 4]));
    expect(lines).toHaveLength(2);
    expect(lines.map((d) => d.split('L').length)).toEqual([2, 2]);
  });

  it('breaks its line where a measured day has no value, and never draws that as nought', () => {
    const svg = plot(['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'], [5, 5, null, 5, 5]);
    expect(linesOf(svg)).toHaveLength(2);
    const floor = /class="grid" x1="\d+" x2="\d+" y1="([\d.]+)"/.exec(svg)![1]!;
    expect(linesOf(svg).join()).not.toContain(` ${floor}`);
  });

  it('shows a day on its own as a point, in a shape of its line', () => {
    const svg = plot(['2026-03-03'], [7], [7]);
    expect(linesOf(svg)).toEqual([]);
    const points = [...svg.matchAll(/class="point" d="([^"]+)"/g)].map(([, d]) => d);
    expect(points).toHaveLength(2);
    expect(new Set(points).size).toBe(2);
  });

  it.each([
    [[0], ['0', '1']],
    [[3], ['0', '1', '2', '3']],
    [[10], ['0', '3', '6', '9', '12']],
    [[118], ['0', '50', '100', '150']],
    [[987_654], ['0', '250K', '500K', '750K', '1M']],
  ])('counts %j in whole steps up to the highest', (values, ticks) => {
    expect(ticksOf(plot(['2026-03-03'], values)).slice(0, -1)).toEqual(ticks);
  });

  it('says so where there is nothing to draw', () =>
    expect(plot(['2026-03-03'], [null])).toContain('None in these days'));

  it('keeps what is said from becoming markup', () => {
    const svg = plot(['2026-03-03'], [1]);
    expect(svg).toContain('Sample &amp; title');
    expect(svg).toContain('Says &quot;it&quot;');
  });
});
