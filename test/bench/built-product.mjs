// The benchmark names the product's sources; what runs is what was built from them: users run that, and decorators need it.
import { registerHooks } from 'node:module';
import { dirname, join, relative, resolve as resolvePath, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const home = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const here = join(home, 'test', 'bench') + sep;

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('.') || !specifier.endsWith('.js') || !context.parentURL?.startsWith('file:'))
      return next(specifier, context);
    const parent = fileURLToPath(context.parentURL);
    if (!parent.startsWith(here)) return next(specifier, context);
    const target = relative(home, resolvePath(dirname(parent), specifier));
    if (target.startsWith(`src${sep}`)) return next(pathToFileURL(join(home, 'dist', target)).href, context);
    return next(specifier.replace(/\.js$/, '.ts'), context);
  },
});
