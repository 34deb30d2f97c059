import { createServer, type Server } from 'node:http';

export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Something on 127.0.0.1 that takes what is posted to it, and answers as it is told. */
export class Receiver {
  readonly posts: Received[] = [];
  /** The status it answers; 'hang-up' = it takes the post and closes without a word. */
  answer: number | 'hang-up' = 200;
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const receiver = new Receiver(server, `http://127.0.0.1:${(server.address() as { port: number }).port}`);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        receiver.posts.push({ path: request.url ?? '', headers: request.headers as Record<string, string>, body });
        if (receiver.answer === 'hang-up') request.socket.destroy();
        else response.writeHead(receiver.answer, { location: 'http://169.254.169.254/' }).end('heard');
      });
    });
    return receiver;
  }

  take(): Received[] {
    return this.posts.splice(0);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((done) => this.server.close(() => done()));
  }
}
