import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The account PostgreSQL runs under: it refuses root, and a uid without a passwd entry makes initdb fail. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** Null when we are not root and PostgreSQL simply runs as us. Never creates an account. */
export function unprivilegedAccount(): RunAs | null {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return null;
  const accounts = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .filter((parts) => parts.length >= 4)
      .map((parts) => [parts[0]!, { uid: Number(parts[2]), gid: Number(parts[3]) }]),
  );
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.get(name);
    if (account && account.uid > 0) return account;
  }
  throw new Error(
    'PostgreSQL does not run as root, and neither "postgres" nor "nobody" exists here. Start Mandate as an ordinary user, or set DATABASE_URL.',
  );
}

/** Whether that account can start the program: a checkout under a 0700 home cannot be read by anybody else. */
export function canRun(program: string, as: RunAs | null): boolean {
  const result = spawnSync(program, ['--version'], { ...(as ?? {}), stdio: 'ignore', cwd: '/', env: {} });
  return result.status === 0;
}
