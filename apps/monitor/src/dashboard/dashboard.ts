import { explainJob, jobView, machineView, type JobView, type Runner } from '@tinqs/fleet';
import { readOverview, type Overview, type RunStore } from '@tinqs/run-store';
import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import { jobPage } from './job-page.js';
import { layout, type Page } from './layout.js';
import { machinePage, machinesTable } from './machine-page.js';
import { nowPage } from './now-page.js';

export interface DashboardOptions {
  readonly store: RunStore;
  readonly maxRunners: number | null;
  readonly simulated: boolean;
  readonly now: () => number;
}

const CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The dashboard: pages rendered here, read-only, each with a JSON twin (`?format=json`). Serve it on loopback, or behind a sign-in. */
export function createDashboard({ store, maxRunners, simulated, now }: DashboardOptions): Hono {
  const app = new Hono();
  let last: { readonly overview: Overview; readonly at: number } | undefined;
  let failingSince: number | null = null;

  /** While the store does not answer, the last known state is shown and said to be old. */
  async function overview(): Promise<Overview> {
    try {
      last = { overview: await readOverview(store, maxRunners, now()), at: now() };
      failingSince = null;
    } catch (cause) {
      failingSince ??= now();
      if (last === undefined) throw cause;
    }
    return last.overview;
  }

  const respond = (context: Context, page: Pick<Page, 'title' | 'body'>, data: unknown, status: 200 | 404 | 503 = 200) => {
    context.header('Content-Security-Policy', CSP);
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cache-Control', 'no-store');
    if (context.req.query('format') === 'json') return context.json(data as object, status);
    return context.html(layout({ ...page, simulated, readAt: new Date(last?.at ?? now()).toISOString(), staleSince: failingSince === null ? null : new Date(failingSince).toISOString() }), status);
  };
  const notFound = (context: Context, what: string) => respond(context, { title: 'Not found', body: html`<p>${what} is not in the store: no webhook and no sweep has seen it.</p>` }, { error: 'not found', what }, 404);

  app.get('/', async (context) => {
    const all = await overview();
    const recent = recentJobs(all, now());
    const { status } = all;
    return respond(context, { title: 'Now', body: nowPage(status, recent, now()) }, { ...status, recent });
  });

  app.get('/jobs/:id', async (context) => {
    const id = context.req.param('id');
    const { jobs, runners, classes } = await overview();
    const job = jobs.find((each) => each.id === id) ?? (await store.findJob(id))?.job;
    if (job === undefined || job === null) return notFound(context, `job ${id}`);
    const its = runners.filter((each) => each.ran === job.id || each.launchedFor === job.id);
    const page = { job: jobView(job, its, classes, now()), explanation: explainJob(job, its, now()), machines: its.map(machineView) };
    return respond(context, { title: `${job.name} (job ${job.id})`, body: jobPage(page) }, page);
  });

  app.get('/machines', async (context) => {
    const { runners } = await overview();
    const isLive = ({ state }: Runner) => state !== 'ended';
    const machines = [...runners.filter(isLive), ...runners.filter((each) => !isLive(each)).reverse()].map(machineView);
    return respond(context, { title: 'Machines', body: machinesTable(machines, now()) }, machines);
  });

  app.get('/machines/:name', async (context) => {
    const name = context.req.param('name');
    const { runners } = await overview();
    const runner = runners.find((each) => each.name === name) ?? (await store.findRunner(name));
    if (runner === undefined || runner === null) return notFound(context, `machine ${name}`);
    return respond(context, { title: `Machine ${runner.name.replace(/^tinqs-ci-[a-z0-9]+-/, '')}`, body: machinePage(machineView(runner), runner.timeline, now()) }, { machine: machineView(runner), timeline: runner.timeline });
  });

  app.get('/deliveries', async (context) => {
    await overview();
    const deliveries = await store.listDeliveries({ day: new Date(now()).toISOString().slice(0, 10), limit: Math.min(5_000, Math.max(1, Number(context.req.query('limit') ?? 100) || 100)) });
    const body =
      deliveries.length === 0
        ? html`<p class="empty">No delivery was received today.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="deliveries">
            <table>
              <thead><tr><th>received</th><th>event</th><th>repository</th><th>decision</th><th>what it meant</th></tr></thead>
              <tbody>${deliveries.map((each) => html`<tr><td>${new Date(each.receivedAt).toISOString().slice(11, 19)}</td><td>${each.event}</td><td>${each.repository ?? '–'}</td><td>${each.decision}</td><td>${each.sentence}</td></tr>`)}</tbody>
            </table>
          </div>`;
    return respond(context, { title: 'Deliveries', body }, deliveries);
  });

  app.onError((cause, context) => respond(context, { title: 'The store does not answer', body: html`<p role="alert">Nothing can be shown: ${cause.message}</p>` }, { error: cause.message }, 503));
  return app;
}

function recentJobs({ jobs, runners, classes }: Overview, now: number): readonly JobView[] {
  return jobs
    .filter((job) => job.status === 'done')
    .sort((a, b) => (b.completedAt ?? 0) - (a.completedAt ?? 0))
    .slice(0, 15)
    .map((job) => jobView(job, runners, classes, now));
}
