import { runnerNameTail, type JobExplanation, type JobView, type MachineView } from '@tinqs/fleet';
import { html } from 'hono/html';
import { duration } from './layout.js';
import { stateOf } from './now-page.js';

export interface JobPage {
  readonly job: JobView;
  readonly explanation: JobExplanation;
  readonly machines: readonly MachineView[];
}

/** The answer to "why?", the same that `tinqs-ci why` prints. */
export function jobPage({ job, explanation, machines }: JobPage): ReturnType<typeof html> {
  const { reason, will, youCan } = explanation;
  const waits = job.status === 'queued' || job.status === 'blocked';
  return html`<dl class="facts">
      <dt>repository</dt><dd>${job.repository}</dd>
      <dt>state</dt><dd>${stateOf(job)}${waits ? ` for ${duration(job.waited)}` : `, waited ${duration(job.waited)}`}</dd>
      <dt>needs</dt><dd>${job.labels.length === 0 ? 'any runner' : job.labels.join(', ')}</dd>
      ${reason === null ? '' : html`<dt>because</dt><dd><code>${reason.code}</code> ${reason.sentence}</dd>`}
      <dt>will</dt><dd>${will}</dd>
      ${youCan.map((remedy) => html`<dt>you can</dt><dd>${remedy}</dd>`)}
      ${job.url === null || !/^https?:\/\//.test(job.url) ? '' : html`<dt>in Gitea</dt><dd><a href="${job.url}" rel="noreferrer">${job.url}</a></dd>`}
    </dl>
    ${machines.map((machine) => html`<h2>${machine.ran === job.id ? 'Ran on' : 'Launched for it'}: <a href="/machines/${encodeURIComponent(machine.name)}">${runnerNameTail(machine.name)}</a></h2>${stageBar(machine)}`)}
    <h2>What happened</h2>
    ${explanation.timeline.length === 0
      ? html`<p class="empty">Nothing was recorded.</p>`
      : html`<ol class="timeline">
          ${explanation.timeline.map((entry) => html`<li><time datetime="${new Date(entry.at).toISOString()}">${new Date(entry.at).toISOString().slice(11, 19)}</time><span>${entry.event}</span><span>${entry.detail}</span></li>`)}
        </ol>`}`;
}

const NAMES: { readonly [stage: string]: string } = { delivered: 'webhook', granted: 'plan', registered: 'register', launched: 'launch', running: 'boot', online: 'online', picked: 'job', completed: 'clean up', terminated: 'gone' };

/** How long each stage took, as a bar and in words. */
export function stageBar({ stages }: MachineView): ReturnType<typeof html> {
  const times = Object.entries(stages)
    .map(([stage, at]) => ({ stage, at: Date.parse(at) }))
    .sort((a, b) => a.at - b.at);
  const parts = times.slice(1).map((each, index) => ({ name: NAMES[times[index]!.stage] ?? times[index]!.stage, seconds: (each.at - times[index]!.at) / 1_000 }));
  if (parts.length === 0) return html`<p class="empty">No stage is over yet.</p>`;
  return html`<div class="stages" aria-hidden="true">${parts.map((part) => html`<span style="flex-grow:${Math.max(0.01, part.seconds).toFixed(2)}"></span>`)}</div>
    <p>${parts.map((part) => `${part.name} ${part.seconds < 10 ? `${part.seconds.toFixed(1)} s` : duration(part.seconds)}`).join(' · ')}</p>`;
}
