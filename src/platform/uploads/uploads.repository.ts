import type { Tx } from '../database/index.js';
import type { Upload } from './uploads.js';

export class UploadsRepository {
  constructor(private readonly tx: Tx) {}
  async addPiece(uploadId: string, seq: number, piece: Buffer): Promise<void> {
    await this.tx.sql`INSERT INTO upload_pieces (upload_id, seq, piece) VALUES (${uploadId}, ${seq}, ${piece})`;
  }
  async finish(upload: Upload, at: Date): Promise<void> {
    await this.tx
      .sql`INSERT INTO uploads (id, file_name, bytes, sha256, created_at) VALUES (${upload.id}, ${upload.fileName}, ${upload.bytes}, ${upload.sha256}, ${at})`;
  }
  async piece(uploadId: string, seq: number): Promise<Buffer | null> {
    const [row] = await this.tx.sql<{
      piece: Buffer;
    }>`SELECT piece FROM upload_pieces WHERE upload_id = ${uploadId} AND seq = ${seq}`;
    return row?.piece ?? null;
  }
  async forget(uploadId: string): Promise<void> {
    await this.tx.sql`DELETE FROM upload_pieces WHERE upload_id = ${uploadId}`;
    await this.tx.sql`DELETE FROM uploads WHERE id = ${uploadId}`;
  }
  /** Pieces of uploads that broke off: nothing will ever read them. */
  forgetBrokenOff(before: Date): Promise<number> {
    return this.tx
      .change`DELETE FROM upload_pieces WHERE NOT EXISTS (SELECT 1 FROM uploads WHERE id = upload_pieces.upload_id)
      AND upload_id < uuid_floor(${before})`;
  }
}
