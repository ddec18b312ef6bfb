import { createServer, request as ask, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A Gitea on loopback that answers a runner's question for a task late: it has decided by then, as a busy database would have. */
export interface SlowGitea {
  readonly url: string;
  answerMs: number;
  /** Questions, and those whose asker was gone before the answer: a job that one of these assigned is lost. */
  readonly counts: { asked: number; cut: number };
  close(): Promise<void>;
}

export async function startSlowGitea(giteaUrl: string): Promise<SlowGitea> {
  const counts = { asked: 0, cut: 0 };
  const target = new URL(giteaUrl);
  const server = createServer((incoming, answer) => {
    const isQuestion = incoming.url?.endsWith('/FetchTask') === true;
    if (isQuestion) counts.asked += 1;
    answer.on('close', () => {
      if (isQuestion && !answer.writableFinished) counts.cut += 1;
    });
    const outgoing = ask({ host: target.hostname, port: target.port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (response) => void pass(response));
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);

    async function pass(response: IncomingMessage): Promise<void> {
      if (isQuestion) await pause(slow.answerMs);
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.pipe(answer);
    }
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const slow: SlowGitea = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answerMs: 0,
    counts,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return slow;
}
