// Runs the tests. Arguments go to the runner: `npm test -- src/checks`.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    '--max-old-space-size=4096',
    join(home, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--config',
    join(home, 'test', 'jest.config.mjs'),
    ...process.argv.slice(2),
  ],
  { cwd: home, stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: '' } },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
