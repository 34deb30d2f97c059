import { spawn } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { buildProduct } from '../support/process.js';

const run = async (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> => {
  await buildProduct();
  const child = spawn(process.execPath, ['test/bench/run.mjs', ...args], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
};

describe('the benchmark', () => {
  it('measures every row on a small organisation, checks what it measures, and prints the figures alone on stdout', async () => {
    const { code, stdout, stderr } = await run('--n', '2000', '--output', 'json');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    const measured = { n: 2000, ratio: expect.any(Number), floorMs: expect.any(Number), ms: expect.any(Number) };
    expect(rows).toEqual([
      { row: '1', goal: 0.8, rssMb: expect.any(Number), ...measured },
      { row: '2', goal: 1, rssMb: expect.any(Number), ...measured },
      { row: 'sync-memory', goal: 1, rssMb: expect.any(Number), ...measured, floorMs: null, ms: null },
      { row: '3', goal: 2.5, rssMb: expect.any(Number), ...measured },
      { row: '4', goal: 2, rssMb: expect.any(Number), ...measured },
      { row: '4-growth', goal: 1.3, rssMb: expect.any(Number), ...measured },
      { row: '5', goal: null, rssMb: expect.any(Number), ...measured, ratio: null, floorMs: null },
      { row: '6', goal: 1.2, rssMb: expect.any(Number), ...measured },
      { row: '6-page', goal: 1, rssMb: expect.any(Number), ...measured },
      { row: '6-preview', goal: null, rssMb: expect.any(Number), ...measured },
    ]);
    for (const { ratio, ms, floorMs } of rows)
      for (const figure of [ratio, ms, floorMs]) if (figure !== null) expect(figure).toBeGreaterThan(0);
  }, 600_000);

  it.each([
    [['--n', '12'], '--n is a number of credentials'],
    [['--row', '9'], 'There is no row 9'],
    [['--output', 'xml'], '--output is table or json'],
    [['--speed'], 'npm run bench --'],
  ])('refuses %j and says how it is called', async (args, said) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });
});
