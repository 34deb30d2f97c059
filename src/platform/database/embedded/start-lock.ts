import { closeSync, linkSync, openSync, readFileSync, rmSync, unlinkSync, writeSync } from 'node:fs';

/** Another Mandate holds the data directory. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
  constructor(folder: string, pid: number) {
    super(
      `Another Mandate (process ${pid}) uses the data directory ${folder}. Stop it, or set MANDATE_DATA_DIR to another folder.`,
    );
  }
}

/**
 * Claims a data directory for this process until the returned function is called. The claim names the process and when
 * it started, so that one left by a killed process, or by a machine that rebooted, does not count.
 */
export function claim(folder: string): () => void {
  const path = `${folder}/mandate.lock`;
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}`;
  const draft = `${path}.${process.pid}`;
  const file = openSync(draft, 'w', 0o600);
  writeSync(file, mine);
  closeSync(file);
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        linkSync(draft, path); // link fails where the target exists: taking the lock and naming its holder are one step
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 3) throw error;
        const holder = liveHolder(path);
        if (holder !== null) throw new DataDirectoryInUse(folder, holder);
        rmSync(path, { force: true });
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (readIfThere(path) === mine) unlinkSync(path);
  };
}

function liveHolder(path: string): number | null {
  const text = readIfThere(path);
  if (text === null) return null;
  const [pid, start] = text.split(' ');
  const id = Number(pid);
  if (!Number.isInteger(id) || !isAlive(id)) return null;
  return start && startOf(id) !== null && startOf(id) !== start ? null : id;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Alive, and not a zombie that nobody has collected yet. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return statOf(pid)?.state !== 'Z';
}

/** When the process started, in ticks since boot; null where the system does not tell. */
const startOf = (pid: number): string | null => statOf(pid)?.start ?? null;

function statOf(pid: number): { state: string; start: string } | null {
  if (process.platform !== 'linux') return null;
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The command name is in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, start: fields[19]! };
}
