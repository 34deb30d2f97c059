import { createServer, type Server, type Socket } from 'node:net';

export interface ReceivedMail {
  readonly from: string;
  readonly to: string;
  readonly raw: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** How the server behaves from now on. */
export type SmtpMood =
  | { readonly kind: 'well' }
  /** Nobody listens. */
  | { readonly kind: 'down' }
  /** Answers every recipient, or those named, with this reply: 550 = never, 451 = not now. */
  | { readonly kind: 'refuses'; readonly reply: string; readonly to?: readonly string[] }
  /** Takes the mail and is gone before it can say so, this many times. */
  | { readonly kind: 'dies-after-taking'; times: number }
  /** Is gone in the middle of a mail, this many times. */
  | { readonly kind: 'dies-within'; times: number }
  /** Never answers who a mail may go to, and tells that it was asked. */
  | { readonly kind: 'stalls'; readonly asked: () => void }
  /** Takes the mail, tells `taken`, and never says another word. */
  | { readonly kind: 'falls-silent'; readonly taken: (mail: ReceivedMail) => void };

/** A mail server of the tests' own, on 127.0.0.1, that speaks SMTP. What it took is in `mails`. */
export class SmtpServer {
  readonly mails: ReceivedMail[] = [];
  mood: SmtpMood = { kind: 'well' };
  /** How often somebody began to talk to it. */
  connections = 0;
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();
  private port = 0;

  static async start(): Promise<SmtpServer> {
    const smtp = new SmtpServer();
    await smtp.up();
    return smtp;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async up(): Promise<void> {
    this.mood = { kind: 'well' };
    if (this.server) return;
    this.server = createServer((socket) => this.serve(socket));
    await new Promise<void>((done) => this.server!.listen(this.port, '127.0.0.1', done));
    this.port = (this.server.address() as { port: number }).port;
  }

  async down(): Promise<void> {
    this.mood = { kind: 'down' };
    const server = this.server;
    this.server = null;
    for (const socket of this.sockets) socket.destroy();
    if (server) await new Promise<void>((done) => server.close(() => done()));
  }

  /** What arrived since the last time this was asked. */
  take(): ReceivedMail[] {
    return this.mails.splice(0);
  }

  private serve(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setEncoding('latin1');
    let [buffer, from, to, inData] = ['', '', '', false];
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    say('220 mail.sample.example ESMTP');
    socket.on('data', (chunk: string) => {
      buffer += chunk;
      for (;;) {
        if (inData) {
          if (this.mood.kind === 'dies-within' && this.mood.times > 0) {
            this.mood.times--;
            socket.destroy();
            return;
          }
          const end = buffer.indexOf('\r\n.\r\n');
          if (end < 0) return;
          const mail = read(from, to, Buffer.from(buffer.slice(0, end), 'latin1').toString('utf8'));
          buffer = buffer.slice(end + 5);
          inData = false;
          this.mails.push(mail);
          const { mood } = this;
          if (mood.kind === 'falls-silent') {
            mood.taken(mail);
            return;
          }
          if (mood.kind === 'dies-after-taking' && mood.times > 0) {
            mood.times--;
            socket.destroy();
            return;
          }
          say('250 2.0.0 taken');
          continue;
        }
        const at = buffer.indexOf('\r\n');
        if (at < 0) return;
        const line = buffer.slice(0, at);
        buffer = buffer.slice(at + 2);
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === 'EHLO') say('250-mail.sample.example\r\n250 8BITMIME');
        else if (verb === 'MAIL') {
          from = address(line);
          say('250 ok');
        } else if (verb === 'RCPT') {
          to = address(line);
          const { mood } = this;
          if (mood.kind === 'stalls') mood.asked();
          else if (mood.kind === 'refuses' && (mood.to === undefined || mood.to.includes(to))) say(mood.reply);
          else say('250 ok');
        } else if (verb === 'DATA') {
          inData = true;
          say('354 go on');
        } else if (verb === 'QUIT') {
          say('221 bye');
          socket.end();
        } else say('250 ok');
      }
    });
  }
}

const address = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? '';

function read(from: string, to: string, raw: string): ReceivedMail {
  const { headers, body } = part(raw.replaceAll(/^\.\./gm, '.'));
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'] ?? '')?.[1];
  const parts = (boundary ? body.split(`--${boundary}`).slice(1, -1) : []).map((text) =>
    part(text.replace(/^\r\n/, '')),
  );
  const of = (type: string): string => {
    const found = parts.find((one) => (one.headers['content-type'] ?? '').startsWith(type));
    return found ? decoded(found.body, found.headers['content-transfer-encoding'] ?? '').replaceAll('\r\n', '\n') : '';
  };
  return {
    from,
    to,
    raw,
    headers,
    subject: words(headers.subject ?? ''),
    text: of('text/plain'),
    html: of('text/html'),
  };
}

function part(raw: string): { headers: Record<string, string>; body: string } {
  const at = raw.indexOf('\r\n\r\n');
  const head = raw.slice(0, at).replaceAll(/\r\n[ \t]+/g, ' ');
  return {
    headers: Object.fromEntries(
      head
        .split('\r\n')
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    ),
    body: raw.slice(at + 4),
  };
}

function decoded(body: string, encoding: string): string {
  if (/base64/i.test(encoding)) return Buffer.from(body, 'base64').toString('utf8');
  if (!/quoted-printable/i.test(encoding)) return body;
  const bytes = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Encoded words of a header, as RFC 2047 has them. */
const words = (header: string): string =>
  header
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, how: string, text: string) =>
      how.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('utf8')
        : decoded(text.replaceAll('_', ' '), 'quoted-printable'),
    );
