import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createProgram } from '../../src/cli/program.js';

const pages = ['README.md', ...globSync('docs/**/*.md'), ...globSync('src/**/README.md')];
const textOf = (page: string): string => readFileSync(page, 'utf8');

describe('the documentation', () => {
  it.each(pages)('%s links to nothing that is not there', (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target!);
    const dead = links.filter((target) => !/^https?:/.test(target) && !existsSync(join(dirname(page), target)));
    expect(dead).toEqual([]);
  });

  it('can be reached from its index, page by page', () => {
    const seen = new Set<string>();
    const follow = (page: string): void => {
      if (seen.has(page) || !page.endsWith('.md') || !existsSync(page)) return;
      seen.add(page);
      for (const [, target] of textOf(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) follow(join(dirname(page), target!));
    };
    follow('README.md');
    expect(pages.filter((page) => !seen.has(page))).toEqual([]);
  });

  it('shows only commands there are', () => {
    const wrong = pages.flatMap((page) =>
      [...textOf(page).matchAll(/(?:npm run mandate --|`mandate) ([a-z-]+)(?: ([a-z-]+))?/g)].flatMap(
        ([all, noun, verb]) => {
          const command = createProgram().commands.find((one) => one.name() === noun);
          const isKnown =
            command !== undefined &&
            (verb === undefined ||
              command.commands.length === 0 ||
              command.commands.some((one) => one.name() === verb));
          return isKnown ? [] : [`${page}: ${all}`];
        },
      ),
    );
    expect(wrong).toEqual([]);
  });
});
