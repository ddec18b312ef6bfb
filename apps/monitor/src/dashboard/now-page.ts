import { pauseSentence, runnerNameTail, type JobView, type StatusView } from '@tinqs/fleet';
import { html } from 'hono/html';
import { duration } from './layout.js';

/** One screen for the question "is all well?". */
export function nowPage(status: StatusView, recent: readonly JobView[], now: number): ReturnType<typeof html> {
  const queued = status.waiting.filter((job) => job.status === 'queued');
  const oldest = queued[0];
  const sweepAge = status.lastSweep === null ? null : (now - Date.parse(status.lastSweep)) / 1_000;
  const { held, most } = status.caps.all;
  return html`<dl class="tiles">
      <div><dt>waiting</dt><dd>${queued.length}<small>${oldest === undefined ? 'nobody waits' : `oldest ${duration(oldest.waited)}`}</small></dd></div>
      <div><dt>running</dt><dd>${status.running.length}</dd></div>
      <div><dt>machines</dt><dd>${status.machines.length}${most === null ? '' : `/${most}`}<small>${held} ${held === 1 ? 'place' : 'places'} taken</small></dd></div>
      <div><dt>today</dt><dd>$${status.spentToday.toFixed(2)}<small>estimate</small></dd></div>
      <div><dt>last sweep</dt><dd>${sweepAge === null ? 'not yet' : `${duration(sweepAge)} ago`}<small>${status.missedByWebhooks} missed by webhooks</small></dd></div>
    </dl>
    ${paused(status)} ${needs(status)}
    <h2>Jobs</h2>
    ${jobsTable([...status.waiting, ...status.running], 'No job waits or runs.')}
    <h2>Ended lately</h2>
    ${jobsTable(recent, 'No job has ended yet.')}`;
}

function paused(status: StatusView): ReturnType<typeof html> {
  const sentence = pauseSentence(status.paused);
  return sentence === null ? html`` : html`<p class="paused" role="status"><strong>Paused</strong> ${sentence}</p>`;
}

function needs({ needsYou }: StatusView): ReturnType<typeof html> {
  if (needsYou.length === 0) return html`<p class="calm">Nothing needs you.</p>`;
  return html`<section class="needs" aria-label="needs you">
    <h2>Needs you</h2>
    <ul>
      ${needsYou.map((need) => html`<li>${need.sentence}${need.remedy === null ? '' : html`<br /><small>you can: ${need.remedy}</small>`}</li>`)}
    </ul>
  </section>`;
}

export function jobsTable(jobs: readonly JobView[], empty: string): ReturnType<typeof html> {
  if (jobs.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="jobs">
    <table>
      <thead>
        <tr><th>job</th><th>repository</th><th>label</th><th>state</th><th class="number">waited</th><th>machine</th><th>because</th></tr>
      </thead>
      <tbody>
        ${jobs.map(
          (job) =>
            html`<tr>
              <td><a href="/jobs/${encodeURIComponent(job.id)}">${job.name}</a></td>
              <td>${job.repository}</td>
              <td>${job.labels.join(', ')}</td>
              <td>${stateOf(job)}</td>
              <td class="number">${duration(job.waited)}</td>
              <td>${job.runner === null ? '–' : html`<a href="/machines/${encodeURIComponent(job.runner)}">${runnerNameTail(job.runner)}</a>`}</td>
              <td>${job.reason?.sentence ?? ''}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export function stateOf(job: JobView): string {
  if (job.status === 'queued') return 'waiting';
  return job.status === 'done' ? (job.conclusion ?? 'done') : job.status;
}

