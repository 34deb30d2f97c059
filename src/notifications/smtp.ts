import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

export interface Mail {
  readonly id: string;
  readonly from: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly at: Date;
}

/** What became of a mail. */
export type Handing =
  | { readonly outcome: 'accepted' }
  /** The server said no for good, to this recipient or to this mail. */
  | { readonly outcome: 'refused'; readonly why: string }
  /** The server said not now, to this recipient or to this mail. */
  | { readonly outcome: 'later'; readonly why: string }
  /** The server cannot be talked to; the mail was certainly not taken. */
  | { readonly outcome: 'unreachable'; readonly why: string }
  /** The whole mail was handed over, and whether it was taken is not known. */
  | { readonly outcome: 'unknown'; readonly why: string };

const TIMEOUT_MS = 30_000;

/** One conversation with the mail server, over which mails go one after the other. */
export class SmtpSession {
  private connection: SMTPConnection | null = null;

  constructor(private readonly url: URL) {}

  /**
   * Hands one mail over. `last` runs when all of it but the final line is with the server: only after it has returned
   * can the server take the mail, and when it throws, the mail is broken off and was not taken.
   */
  async send(mail: Mail, last: () => Promise<void>): Promise<Handing> {
    let connection: SMTPConnection;
    try {
      connection = await this.connected();
    } catch (error) {
      this.end();
      return { outcome: 'unreachable', why: wordsOf(error) };
    }
    const bytes = await composed(mail);
    let handedOver = false;
    let brokenOff: unknown = null;
    const body = Readable.from(
      (async function* () {
        yield bytes;
        try {
          await last();
        } catch (error) {
          brokenOff = error;
          throw error;
        }
        handedOver = true;
      })(),
    );
    try {
      await new Promise<void>((done, failed) =>
        connection.send({ from: mail.from, to: [mail.to.address] }, body, (error) => (error ? failed(error) : done())),
      );
      return { outcome: 'accepted' };
    } catch (error) {
      const status = (error as { responseCode?: number }).responseCode;
      // After an answer the conversation goes on; without one there is nobody to have it with.
      if (status === undefined || brokenOff !== null) this.end();
      else await this.reset();
      if (brokenOff !== null) throw brokenOff instanceof Error ? brokenOff : new Error('broken off');
      if (status === undefined) return { outcome: handedOver ? 'unknown' : 'unreachable', why: wordsOf(error) };
      // 421: the server is closing down, whatever it was asked.
      if (status === 421) return { outcome: 'unreachable', why: wordsOf(error) };
      return { outcome: status >= 500 ? 'refused' : 'later', why: wordsOf(error) };
    }
  }

  end(): void {
    this.connection?.close();
    this.connection = null;
  }

  quit(): void {
    this.connection?.quit();
    this.connection = null;
  }

  private async reset(): Promise<void> {
    const connection = this.connection;
    if (!connection) return;
    try {
      await new Promise<void>((done, failed) => connection.reset((error) => (error ? failed(error) : done())));
    } catch {
      // A server that will not start over is talked to anew.
      this.end();
    }
  }

  private async connected(): Promise<SMTPConnection> {
    if (this.connection) return this.connection;
    const secure = this.url.protocol === 'smtps:';
    const user = decodeURIComponent(this.url.username);
    const local = ['localhost', '127.0.0.1', '[::1]'].includes(this.url.hostname);
    const connection = new SMTPConnection({
      host: this.url.hostname.replace(/^\[|\]$/g, ''),
      port: this.url.port === '' ? (secure ? 465 : 587) : Number(this.url.port),
      secure,
      // A password never travels in the clear, except within this machine.
      requireTLS: !secure && user !== '' && !local,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      dnsTimeout: TIMEOUT_MS,
    });
    this.connection = connection;
    await new Promise<void>((done, failed) => {
      connection.once('error', failed);
      connection.once('end', () => failed(new Error('the connection was closed')));
      connection.connect((error?: unknown) =>
        error ? failed(error instanceof Error ? error : new Error('refused')) : done(),
      );
    });
    // From here on errors reach whoever waits for an answer; one that comes while nobody does ends the conversation.
    connection.on('error', () => this.drop(connection));
    connection.on('end', () => this.drop(connection));
    if (user !== '')
      await new Promise<void>((done, failed) =>
        connection.login({ user, pass: decodeURIComponent(this.url.password) }, (error) =>
          error ? failed(error) : done(),
        ),
      );
    return connection;
  }

  private drop(connection: SMTPConnection): void {
    if (this.connection === connection) this.connection = null;
  }
}

const composed = (mail: Mail): Promise<Buffer> =>
  new MailComposer({
    from: { name: 'Mandate', address: mail.from },
    to: { name: mail.to.name, address: mail.to.address },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    date: mail.at,
    messageId: messageIdOf(mail.id, mail.from),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  })
    .compile()
    .build();

/** The same message has the same id however often it travels: whoever gets it twice can tell. */
export const messageIdOf = (id: string, from: string): string => `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`;

/** The server's answer, or what kind of trouble it was. Never what was sent. */
function wordsOf(error: unknown): string {
  const { response, code, message } = (error ?? {}) as { response?: string; code?: string; message?: string };
  return (response ?? [code, message].filter(Boolean).join(': ')).slice(0, 500);
}
