import { Worker } from 'node:worker_threads';
import { parseDelivery, type JobDelivery, type PushDelivery } from '@tinqs/gitea-client';

/** One row as Gitea announced it first. */
export interface AnnouncedRow {
  readonly name: string;
  readonly labels: readonly string[];
  readonly status: string;
}

/** Receives what a real Gitea says of pushes and jobs. */
export interface Announcements {
  readonly url: string;
  pushes(repository: string): readonly PushDelivery[];
  /** The runs of a commit: their rows in Gitea's order, each as it was announced first. */
  runsOf(repository: string, sha: string): readonly (readonly AnnouncedRow[])[];
  /** How many rows a repository has, and milliseconds since the last delivery of any. */
  countOf(repository: string): number;
  quietFor(): number;
  stop(): Promise<void>;
}

/** In a thread of its own: git commands block this one for seconds, and Gitea gives a delivery five. */
const RECEIVER = `
const { parentPort } = require('node:worker_threads');
const server = require('node:http').createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    response.end();
    parentPort.postMessage({ headers: request.headers, body: Buffer.concat(chunks).toString() });
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

export async function receiveAnnouncements(): Promise<Announcements> {
  const pushes: PushDelivery[] = [];
  const jobs = new Map<number, JobDelivery>();
  let last = Date.now();
  const receiver = new Worker(RECEIVER, { eval: true });
  const port = await new Promise<number>((resolve, reject) => receiver.once('error', reject).once('message', resolve));
  receiver.on('message', ({ headers, body }: { headers: Record<string, string>; body: string }) => {
    const delivery = parseDelivery(headers, Buffer.from(body));
    last = Date.now();
    if (delivery.kind === 'push') pushes.push(delivery);
    if (delivery.kind === 'workflow-job' && !jobs.has(delivery.job.id)) jobs.set(delivery.job.id, delivery);
  });
  const of = (repository: string) => [...jobs.values()].filter((each) => each.repository.fullName === repository);
  return {
    url: `http://127.0.0.1:${port}/`,
    pushes: (repository) => pushes.filter((each) => each.repository.fullName === repository),
    runsOf(repository, sha) {
      const found = of(repository).filter(({ job }) => job.headSha === sha).toSorted((a, b) => a.job.id - b.job.id);
      const runs = [...new Set(found.map(({ job }) => job.runId))];
      return runs.map((run) => found.filter(({ job }) => job.runId === run).map(({ job: { name, labels, status } }) => ({ name, labels, status })));
    },
    countOf: (repository) => of(repository).length,
    quietFor: () => Date.now() - last,
    stop: async () => void (await receiver.terminate()),
  };
}
