import { connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';

interface Person {
  readonly id: string;
  readonly userName: string;
  readonly email: string | null;
}

/** A person by id, user name or e-mail. */
export async function personId(given: string): Promise<string> {
  if (/^[0-9a-f-]{36}$/i.test(given)) return given;
  const found = (await connect().list<Person>('people', { q: given }, 200)).filter(
    ({ userName, email }) =>
      userName.toLowerCase() === given.toLowerCase() || email?.toLowerCase() === given.toLowerCase(),
  );
  if (found.length !== 1)
    throw new CommandFailed(
      `${found.length === 0 ? 'Nobody is' : 'Several people are'} "${given}". "mandate person list --q" helps.`,
      EXIT.notFound,
    );
  return found[0]!.id;
}
