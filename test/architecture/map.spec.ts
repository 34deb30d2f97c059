import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const { MODULES } = createRequire(import.meta.url)('./boundaries.cjs') as { MODULES: string[] };

function* files(folder: string): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}
const sources = [...files('src')].filter((path) => path.endsWith('.ts'));
const product = sources.filter((path) => !path.endsWith('.spec.ts') && !path.includes('/testing/'));
const textOf = (path: string): string => readFileSync(path, 'utf8');

/** Which module writes a table: the one its migration is named after. */
const ownerOf = new Map<string, string>();
for (const path of files('migrations')) {
  const module = /\d+-([a-z-]+)\.ts$/.exec(path)?.[1]?.replace(/-(?:more|\d+)$/, '');
  if (!module || module === 'queue') continue;
  for (const [, table] of textOf(path).matchAll(/CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)/g))
    ownerOf.set(table!, module);
  for (const [, table] of textOf(path).matchAll(/with_history\('([a-z_]+)'\)/g))
    ownerOf.set(`${table!}_history`, module);
}

/** Tables that SQL in a text reads or writes. */
function* tablesIn(text: string): Generator<{ table: string; writes: boolean }> {
  for (const [, verb, table] of text.matchAll(
    /\b(FROM|JOIN|INTO|UPDATE|DELETE FROM|LOCK TABLE|TRUNCATE)\s+([a-z_]+)\b/g,
  ))
    if (ownerOf.has(table!)) yield { table: table!, writes: /INTO|UPDATE|DELETE|TRUNCATE/.test(verb!) };
}

describe('the tree', () => {
  it('keeps SQL in repositories and queries', () => {
    const allowed = /\.repository\.ts$|\/queries\/|^src\/platform\/database\/|^src\/platform\/jobs\/jobs\.ts$/;
    expect(
      product.filter(
        (path) => !allowed.test(path) && /\btx\.(?:sql|run|change|query|copyIn|copyOut|orm)\b/.test(textOf(path)),
      ),
    ).toEqual([]);
  });

  it('knows the owner of every table', () => {
    expect(
      [...new Set(ownerOf.values())].filter((module) => module !== 'platform' && !MODULES.includes(module)),
    ).toEqual([]);
    expect(ownerOf.size).toBeGreaterThan(40);
  });

  it('writes tables in their own module alone', () => {
    const wrong = MODULES.flatMap((module) =>
      product
        .filter((path) => path.startsWith(`src/${module}/`))
        .flatMap((path) =>
          [...tablesIn(textOf(path))]
            .filter(({ table, writes }) => writes && ownerOf.get(table) !== module)
            .map(({ table }) => `${path} writes ${table}`),
        ),
    );
    expect(wrong).toEqual([]);
  });

  it('reads tables of modules below, never of modules above', () => {
    const wrong = MODULES.flatMap((module, at) =>
      product
        .filter((path) => path.startsWith(`src/${module}/`))
        .flatMap((path) =>
          [...tablesIn(textOf(path))]
            .filter(({ table }) => MODULES.indexOf(ownerOf.get(table)!) > at)
            .map(({ table }) => `${path} reads ${table}`),
        ),
    );
    expect(wrong).toEqual([]);
  });

  it('names files in kebab-case, and none of them after nothing in particular', () => {
    expect(sources.filter((path) => !/^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.ts$/.test(path.split('/').at(-1)!))).toEqual([]);
    expect(sources.filter((path) => /\b(?:utils?|helpers?|common|manager|handler|misc)\b/.test(path))).toEqual([]);
  });

  it('has one operation a file, named verb-noun', () => {
    const wrong = product
      .filter((path) => /\/operations\//.test(path))
      .filter((path) => {
        const name = path.split('/').at(-1)!.replace(/\.ts$/, '');
        return !/^[a-z]+(?:-[a-z]+)+$/.test(name) && name !== 'first-administrator';
      });
    expect(wrong).toEqual([]);
  });

  it('gives every problem a code of its own', () => {
    const codes = product.flatMap((path) =>
      [...textOf(path).matchAll(/readonly code = '([a-z-]+\.[a-z-]+)'/g)].map(([, code]) => code!),
    );
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
    expect(codes.length).toBeGreaterThan(30);
  });

  it('promises nothing and switches nothing off', () => {
    const promise = new RegExp(['TO', 'DO|FIX', 'ME|XX', 'X|HA', 'CK'].join(''));
    expect(sources.filter((path) => promise.test(textOf(path)))).toEqual([]);
    expect(product.filter((path) => /@ts-(?:ignore|nocheck|expect-error)|eslint-disable/.test(textOf(path)))).toEqual(
      [],
    );
  });
});
