import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/index.js';
import { newId, SecretFound, SecretSieve } from '../crypto/index.js';
import { Database } from '../database/index.js';
import { RequestTooLarge, SecretInRequest } from '../http/index.js';
import { UploadsRepository } from './uploads.repository.js';

const PIECE_BYTES = 256 * 1024;

export interface Upload {
  readonly id: string;
  readonly fileName: string | null;
  readonly bytes: number;
  readonly sha256: string;
}

export interface UploadSource {
  readonly fileName: string | null;
  readonly stream: AsyncIterable<Buffer>;
  /** Whether the stream was cut at a limit of the parser: it then ends as if it were whole. */
  isTruncated(): boolean;
}

/**
 * Files on their way in, kept in the database in pieces, so that any replica can read them and a killed one can start
 * again. What looks like a secret is refused before the piece that holds it is written.
 */
@Injectable()
export class Uploads {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Takes a file in constant memory. Nothing of it stays when it is refused or breaks off. */
  async store({ fileName, stream, isTruncated }: UploadSource, maximumBytes: number): Promise<Upload> {
    const id = newId(this.clock);
    const digest = createHash('sha256');
    const sieve = new SecretSieve();
    // latin1 keeps every byte: what is looked for is ASCII, and a character cut by a chunk border must survive.
    let clean: Buffer[] = [];
    let held = 0;
    let bytes = 0;
    let seq = 0;
    const write = async (text: string, last: boolean): Promise<void> => {
      if (text.length > 0) {
        clean.push(Buffer.from(text, 'latin1'));
        held += text.length;
      }
      if (held < PIECE_BYTES && !(last && held > 0)) return;
      const piece = Buffer.concat(clean);
      clean = [];
      held = 0;
      const at = seq++;
      await this.database.transaction((tx) => tx.use(UploadsRepository).addPiece(id, at, piece));
    };
    try {
      for await (const chunk of stream) {
        bytes += chunk.length;
        if (bytes > maximumBytes) throw new RequestTooLarge(`The file is larger than ${maximumBytes} bytes.`);
        digest.update(chunk);
        await write(sieve.push(chunk.toString('latin1')), false);
      }
      if (isTruncated()) throw new RequestTooLarge(`The file is larger than ${maximumBytes} bytes.`);
      await write(sieve.end(), true);
      const upload: Upload = { id, fileName, bytes, sha256: digest.digest('hex') };
      await this.database.transaction((tx) => tx.use(UploadsRepository).finish(upload, this.clock.now()));
      return upload;
    } catch (error) {
      await this.forget(id);
      if (error instanceof SecretFound)
        throw new SecretInRequest({ pointer: '/file', detail: `contains what looks like ${error.looksLike}` });
      throw error;
    }
  }

  /** Reads a file from its start, a piece at a time; it may be read as often as needed. */
  async *read(id: string): AsyncGenerator<Buffer> {
    for (let seq = 0; ; seq++) {
      const piece = await this.database.read((tx) => tx.use(UploadsRepository).piece(id, seq));
      if (piece === null) return;
      yield piece;
    }
  }

  forget(id: string): Promise<void> {
    return this.database.transaction((tx) => tx.use(UploadsRepository).forget(id));
  }

  /** Clears away what broke off more than a day ago. */
  forgetBrokenOff(): Promise<number> {
    return this.database.transaction((tx) =>
      tx.use(UploadsRepository).forgetBrokenOff(new Date(this.clock.now().getTime() - 86_400_000)),
    );
  }
}
