import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

/** A request that came, with a signature that was right. */
export interface Received {
  id: string;
  type: string;
  data: Record<string, string | boolean | undefined>;
}

/** A small gateway on this machine. It takes what is signed rightly, and can be told to answer otherwise. */
export class Gateway {
  /** What came and was taken, in order. */
  readonly taken: Received[] = [];
  /** What came at all: one entry an attempt, the message's id. */
  readonly attempts: string[] = [];
  /** What was signed wrongly: nothing, let us hope. */
  readonly forged: string[] = [];
  /** The statuses of the next answers; 200 once there is none left. */
  answers: { status: number; retryAfter?: string }[] = [];
  secret = "";
  /** What its answers wait for. */
  patience: Promise<void> = Promise.resolve();

  private constructor(private readonly server: ReturnType<typeof createServer>) {}

  static async open(): Promise<Gateway> {
    const server = createServer();
    const gateway = new Gateway(server);
    server.on("request", (request, response) => {
      response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
      response.setHeader(
        "access-control-allow-headers",
        "content-type, webhook-id, webhook-timestamp, webhook-signature",
      );
      response.setHeader("access-control-expose-headers", "retry-after");
      if (request.method === "OPTIONS") return void response.writeHead(204).end();
      void body(request).then(async (text) => {
        const answer = gateway.take(request, text);
        await gateway.patience;
        if (answer.retryAfter) response.setHeader("retry-after", answer.retryAfter);
        response.writeHead(answer.status).end();
      });
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    return gateway;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/in`;
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private take(request: IncomingMessage, text: string): { status: number; retryAfter?: string } {
    const header = (name: string) => String(request.headers[name] ?? "");
    const id = header("webhook-id");
    this.attempts.push(id);
    let event: { type: string; data: Received["data"] };
    try {
      const headers = {
        "webhook-id": id,
        "webhook-timestamp": header("webhook-timestamp"),
        "webhook-signature": header("webhook-signature"),
      };
      // The page's clock is set by the test, so the age of a request says nothing: sign anew and compare.
      const signed = new Webhook(this.secret).sign(id, new Date(Number(headers["webhook-timestamp"]) * 1000), text);
      if (signed !== headers["webhook-signature"]) throw new Error("wrong signature");
      event = JSON.parse(text);
    } catch {
      this.forged.push(id);
      return { status: 401 };
    }
    const answer = this.answers.shift() ?? { status: 200 };
    if (answer.status < 300 && !this.taken.some((known) => known.id === id)) this.taken.push({ id, ...event });
    return answer;
  }
}

async function body(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
