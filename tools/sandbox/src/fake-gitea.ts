import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Gitea's side of the runner protocol with a single-shot claim, as up to 1.26 (services/actions/task.go): a runner that
 * loses the race is told the newest version all the same, and asking again with it looks nothing up.
 */
export interface FakeGitea {
  readonly port: number;
  /** Jobs that a runner has finished. */
  readonly done: number;
  /** Answers nobody was there to take: a job assigned by one is lost. */
  readonly cut: number;
  readonly fetches: ReadonlyMap<string, number>;
  /** Milliseconds from each answer without a job to the same runner's next question. */
  readonly pauses: readonly number[];
  close(): Promise<void>;
}

/** `losses`: how many races each runner, by uuid, loses before it wins one. */
export async function startFakeGitea(options: { jobs: number; answerMs: number; losses: (uuid: string) => number; keepAliveMs?: number }): Promise<FakeGitea> {
  const fetches = new Map<string, number>();
  const busy = new Set<string>();
  const answeredAt = new Map<string, number>();
  const pauses: number[] = [];
  let waiting = options.jobs;
  let done = 0;
  let cut = 0;

  const answer = (response: ServerResponse, body: object) => {
    const text = JSON.stringify(body);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
  };

  async function fetchTask(uuid: string, version: string, response: ServerResponse): Promise<void> {
    const asked = (fetches.get(uuid) ?? 0) + 1;
    fetches.set(uuid, asked);
    if (asked > 1) pauses.push(performance.now() - answeredAt.get(uuid)!);
    const assigned = version === '0' && !busy.has(uuid) && waiting > 0 && asked > options.losses(uuid);
    if (assigned) {
      // Committed now, whatever becomes of the answer.
      busy.add(uuid);
      waiting -= 1;
    }
    let gone = false;
    response.on('close', () => (gone = !response.writableFinished));
    await sleep(options.answerMs);
    answeredAt.set(uuid, performance.now());
    if (gone) cut += 1;
    else answer(response, { tasksVersion: '9', ...(assigned && { task: { id: '7' } }) });
  }

  const server = createServer(async (request, response) => {
    const uuid = String(request.headers['x-runner-uuid']);
    const body = JSON.parse(await textOf(request)) as { tasksVersion?: string };
    const method = request.url?.split('/').pop();
    if (method === 'FetchTask') return fetchTask(uuid, body.tasksVersion ?? '0', response);
    if (method === 'UpdateTask') done += 1;
    answer(response, {});
  });
  server.keepAliveTimeout = options.keepAliveMs ?? 120_000;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    get done() {
      return done;
    },
    get cut() {
      return cut;
    },
    fetches,
    pauses,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/**
 * Bash that speaks the protocol as act_runner does where it matters: one connection, a first question at the start and
 * the next after the interval, out at once on SIGTERM while idle (an open question is cut), deaf to it in a job.
 */
export const speakingRunner = (port: number) => `
uuid=$(sed 's/.*"uuid":"\\([^"]*\\)".*/\\1/' /var/lib/ci/.runner) version=0
open() { exec 3<>/dev/tcp/127.0.0.1/${port}; }
call() {
  printf 'POST /api/actions/runner.v1.RunnerService/%s HTTP/1.1\\r\\nHost: gitea\\r\\nx-runner-uuid: %s\\r\\nContent-Length: %s\\r\\n\\r\\n%s' "$1" "$uuid" "\${#2}" "$2" >&3
  length=0
  while IFS= read -r line <&3 && line=\${line%$'\\r'} && [ -n "$line" ]; do
    [[ \${line,,} != content-length:* ]] || length=\${line#*: }
  done
  IFS= read -r -N "$length" body <&3
}
trap 'exit 0' TERM
open
call Declare '{}'
online
while :; do
  call FetchTask "{\\"tasksVersion\\":\\"$version\\"}"
  if [[ $body == *'"task"'* ]]; then
    trap '' TERM
    task
    sleep 1
    exec 3>&-
    open
    call UpdateTask '{}'
    exit 0
  fi
  version=9
  sleep 60 3>&- &
  wait
done
`;
