import type { Problem } from './problem.js';

/** How the errors of some addresses are written, where a standard has its own form for them. */
export interface ErrorForm {
  /** Every address that begins with it, whether there is a route there or not. */
  readonly prefix: `/${string}`;
  readonly mediaType: string;
  write(problem: Problem): { readonly status: number; readonly body: unknown };
}

const forms: ErrorForm[] = [];

/** Declared while modules are loaded, like jobs. */
export function defineErrorForm(form: ErrorForm): void {
  if (!forms.some(({ prefix }) => prefix === form.prefix)) forms.push(form);
}

export function errorFormOf(url: string): ErrorForm | undefined {
  const path = url.split('?')[0]!;
  return forms.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
}
