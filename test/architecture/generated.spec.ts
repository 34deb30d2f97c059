import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadChecks } from '../../src/checks/engine/load-checks.js';
import { createProgram } from '../../src/cli/program.js';
import { leastPrivilegePolicy } from '../../src/connectors/aws-iam/index.js';
import { loadConnectors } from '../../src/connectors/registry/index.js';
import { Config } from '../../src/platform/config/index.js';
import { statusOf } from '../../src/platform/http/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { accessPage } from '../support/generated/access-page.js';
import { checksPage, controlsPage, crosswalkIds } from '../support/generated/checks-pages.js';
import { catalogueProblems } from '../support/generated/problem-catalogue.js';
import {
  commandLinePage,
  configurationPage,
  connectorPage,
  problemCatalogueSource,
  problemsPage,
} from '../support/generated/reference-pages.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const WRITES = process.env.MANDATE_WRITE_GENERATED === '1';

/** What is made from the code and kept beside it. `npm run generate` writes it anew. */
describe('what is generated', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  const files: Record<string, () => Promise<string> | string> = {
    'docs/generated/openapi.json': () => `${JSON.stringify(t.app.openapi, null, 2)}\n`,
    'docs/generated/access.md': () => accessPage(t.app.nest),
    'docs/generated/problems.md': () => problemsPage(catalogueProblems(ROOT), statusOf),
    'src/platform/http/problem-catalogue.ts': () => problemCatalogueSource(catalogueProblems(ROOT)),
    'docs/generated/checks.md': async () => checksPage(await loadChecks()),
    'docs/generated/controls.md': async () => controlsPage(await loadChecks()),
    'src/checks/sdk/crosswalk.ids.ts': () => crosswalkIds(),
    'docs/generated/configuration.md': () => configurationPage(Config.load({}).describe()),
    'docs/generated/command-line.md': () => commandLinePage(createProgram()),
    'docs/generated/aws-iam.md': async () =>
      [
        connectorPage((await loadConnectors()).get('aws-iam')!).trimEnd(),
        '## The least it needs in one account',
        `\`\`\`json\n${JSON.stringify(leastPrivilegePolicy(), null, 2)}\n\`\`\``,
        'The role that reads an organisation needs what `aws-policy-organization.json` beside this page says.\n',
      ].join('\n\n'),
    'docs/generated/aws-policy-one-account.json': () => `${JSON.stringify(leastPrivilegePolicy(), null, 2)}\n`,
    'docs/generated/aws-policy-organization.json': () =>
      `${JSON.stringify(leastPrivilegePolicy({ organization: true, roles: ['arn:aws:iam::*:role/MandateReader'] }), null, 2)}\n`,
  };

  it.each(Object.keys(files))('%s says what the code says', async (path) => {
    const wanted = await files[path]!();
    const file = join(ROOT, path);
    if (WRITES) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, wanted);
    }
    // Compared as a whole: a difference means that somebody has to run `npm run generate` and read what changed.
    expect(readFileSync(file, 'utf8') === wanted).toBe(true);
  });
});
