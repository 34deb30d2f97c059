import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cruise, type ICruiseResult } from 'dependency-cruiser';

const rules = createRequire(import.meta.url)('./boundaries.cjs') as {
  forbidden: never[];
  options: object;
  MODULES: string[];
};

interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

async function violations(home: string, folders: readonly string[]): Promise<Violation[]> {
  const { output } = await cruise(
    [...folders],
    { ...rules.options, baseDir: home, validate: true, ruleSet: { forbidden: rules.forbidden } },
    undefined,
    {
      transpilationOptions: {},
      tsConfig: { options: { baseUrl: home } },
    } as never,
  );
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

/** A planted violation: a file, one import in it, and the rule that is meant for it. */
const PLANTED: readonly (readonly [file: string, imports: string, rule: string])[] = [
  ['src/platform/http/planted.ts', '../../people/index.js', 'platform-knows-no-domain'],
  ['src/platform/http/planted.ts', '../database/tx.js', 'platform-folders-meet-at-their-front-doors'],
  ['src/connectors/sdk/planted.ts', '../../platform/clock/index.js', 'connector-sdk-stands-alone'],
  ['src/checks/sdk/planted.ts', '../../platform/clock/index.js', 'check-sdk-stands-alone'],
  ['src/checks/sdk/planted.ts', 'typeorm', 'sdks-know-no-framework'],
  ['src/connectors/file/planted.ts', '../../inventory/index.js', 'connector-talks-only-to-its-sdk'],
  ['src/connectors/file/planted.ts', 'typeorm', 'connector-talks-only-to-its-sdk'],
  ['src/connectors/file/planted.ts', '../registry/index.js', 'connector-talks-only-to-its-sdk'],
  ['src/checks/credential-is-used/planted.ts', 'node:fs', 'check-is-pure'],
  ['src/checks/credential-is-used/planted.ts', '../engine/evaluate.js', 'check-is-pure'],
  ['src/people/planted.ts', '../inventory/index.js', 'people-knows-nothing-above-it'],
  ['src/inventory/planted.ts', '../demo/run-demo.js', 'inventory-knows-nothing-above-it'],
  ['src/findings/planted.ts', '../checks/policies.repository.js', 'modules-meet-at-the-front-door'],
  ['src/findings/planted.ts', '../platform/database/tx.js', 'platform-is-entered-by-its-front-doors'],
  ['src/checks/planted.ts', '../connectors/registry/index.js', 'registry-is-for-sync-and-remediation'],
  ['src/people/operations/planted.ts', 'typeorm', 'orm-stays-in-repositories'],
  ['src/catalogue/planted.ts', '../cli/exit.js', 'nobody-imports-what-stands-above'],
  ['src/people/planted.ts', '../checks/sdk/testing/index.js', 'product-knows-no-tests'],
];

describe('the boundaries of the map', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'mandate-boundaries-'));
    for (const name of ['src', 'migrations', 'tsconfig.json', 'package.json'])
      cpSync(name, join(home, name), { recursive: true });
    symlinkSync(join(process.cwd(), 'node_modules'), join(home, 'node_modules'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('are not crossed', async () => {
    expect(await violations(process.cwd(), ['src', 'migrations'])).toEqual([]);
  });

  it('are crossed by each planted violation, and the rule meant for it says so', async () => {
    const missed: string[] = [];
    const byFile = new Map<string, string[]>();
    for (const [file, imports] of PLANTED) byFile.set(file, [...(byFile.get(file) ?? []), imports]);
    for (const [file, imports] of byFile) {
      mkdirSync(dirname(join(home, file)), { recursive: true });
      writeFileSync(
        join(home, file),
        imports.map((target, at) => `import * as planted${at} from '${target}';\nvoid planted${at};\n`).join(''),
      );
    }
    const found = await violations(home, ['src']);
    for (const [file, imports, rule] of PLANTED) {
      const stem = imports
        .replace(/^[./]+/, '')
        .replace(/\.js$/, '')
        .replace(/^node:/, '');
      if (!found.some((violation) => violation.rule === rule && violation.from === file && violation.to.includes(stem)))
        missed.push(`${file} -> ${imports} should break ${rule}`);
    }
    expect(missed).toEqual([]);
  });
});
