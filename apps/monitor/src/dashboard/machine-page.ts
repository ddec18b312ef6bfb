import { runnerNameTail, type MachineView, type TimelineEntry } from '@tinqs/fleet';
import { html } from 'hono/html';
import { duration } from './layout.js';
import { stageBar } from './job-page.js';

export function machinesTable(machines: readonly MachineView[], now: number): ReturnType<typeof html> {
  if (machines.length === 0) return html`<p class="empty">No machine is alive, and none ended within 24 hours.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="machines">
    <table>
      <thead>
        <tr><th>machine</th><th>class</th><th>state</th><th>type</th><th>zone</th><th>market</th><th class="number">ends within</th></tr>
      </thead>
      <tbody>
        ${machines.map(
          (machine) =>
            html`<tr>
              <td><a href="/machines/${encodeURIComponent(machine.name)}">${runnerNameTail(machine.name)}</a></td>
              <td>${machine.class}</td>
              <td>${machine.state}${machine.outcome === null ? '' : `: ${machine.outcome}`}</td>
              <td>${machine.type ?? '–'}</td>
              <td>${machine.zone ?? '–'}</td>
              <td>${machine.market ?? '–'}</td>
              <td class="number">${machine.state === 'ended' ? '–' : duration((Date.parse(machine.endsBy) - now) / 1_000)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export function machinePage(machine: MachineView, timeline: readonly TimelineEntry[], now: number): ReturnType<typeof html> {
  return html`<dl class="facts">
      <dt>name</dt><dd><code>${machine.name}</code></dd>
      <dt>instance</dt><dd>${machine.instanceId ?? 'not launched yet'}</dd>
      <dt>state</dt><dd>${machine.state}${machine.outcome === null ? '' : `: ${machine.outcome}`}</dd>
      <dt>type</dt><dd>${machine.type ?? '–'} ${machine.zone ?? ''} ${machine.market ?? ''}</dd>
      <dt>price</dt><dd>${machine.pricePerHour === null ? 'not known' : `about $${machine.pricePerHour} an hour`}</dd>
      <dt>launched for</dt><dd><a href="/jobs/${encodeURIComponent(machine.launchedFor)}">job ${machine.launchedFor}</a></dd>
      <dt>ran</dt><dd>${machine.ran === null ? 'no job yet' : html`<a href="/jobs/${encodeURIComponent(machine.ran)}">job ${machine.ran}</a>`}</dd>
      ${machine.state === 'ended' ? '' : html`<dt>gone by</dt><dd>${machine.endsBy} (in ${duration((Date.parse(machine.endsBy) - now) / 1_000)}), whatever its job does</dd>`}
    </dl>
    ${stageBar(machine)}
    <h2>What happened</h2>
    <ol class="timeline">
      ${timeline.map((entry) => html`<li><time datetime="${new Date(entry.at).toISOString()}">${new Date(entry.at).toISOString().slice(11, 19)}</time><span>${entry.event}</span><span>${entry.detail}</span></li>`)}
    </ol>`;
}

