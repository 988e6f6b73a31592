import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { until } from './world';

interface Arrived {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Another system, that is told of calls. */
export class Receiver {
  readonly arrived: Arrived[] = [];
  /** What it answers. */
  status = 200;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, answer) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        receiver.arrived.push({ method, url, headers, body: Buffer.concat(parts) });
        answer.writeHead(receiver.status, { 'Content-Type': 'application/json' });
        answer.end(JSON.stringify({ seen: receiver.arrived.length }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Waits until so many requests have come, and gives that one. */
  nth(count: number): Promise<Arrived> {
    return until(`request ${count}`, () => this.arrived[count - 1]);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
